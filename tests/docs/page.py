"""Reads a page of docs/ as its readers do: headings, snippets, tables, quotations."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"```([a-z]+(?: [a-z]+)*)?")
_RULER = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a page: `sort` is heading, text, quote, table, or what a fence says of itself.

    `line` is where it begins; `text` as it stands, without the marks of its sort.
    """

    sort: str
    line: int
    text: str

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """Of a table: the cells, its head first, without the ruler."""
        lines = [line for line in self.text.splitlines() if not _RULER.fullmatch(line)]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What happens to a card, row by row, under the programmes of the snippets above it."""

    heading: str
    line: int
    snippets: tuple[Mapping[str, Any], ...]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        return f"{self.heading}, line {self.line}"


def read_page(name: str) -> tuple[Part, ...]:
    """The parts of a page, in order."""
    return tuple(_parts((DOCS / name).read_text("utf-8").splitlines()))


def examples(parts: Sequence[Part]) -> Iterator[Example]:
    """Every table that says what happens when, with the snippets that it belongs to.

    These are all since the heading or the example before it; if there are none, those of that one.
    """
    heading, snippets, told = "", list[Mapping[str, Any]](), False
    for part in parts:
        if part.sort == "heading":
            heading, snippets, told = part.text, [], False
        elif part.sort == "json":
            snippets, told = [*([] if told else snippets), json.loads(part.text)], False
        elif part.sort == "table" and part.rows[0][:2] == ["when", "what"]:
            told = True
            yield Example(
                heading=heading, line=part.line, snippets=tuple(snippets), rows=part.rows
            )


def _parts(lines: Sequence[str]) -> Iterator[Part]:
    at = 0
    while at < len(lines):
        sort, end = _sort_at(lines, at)
        body = lines[at + 1 : end - 1] if lines[at].startswith("```") else lines[at:end]
        text = "\n".join(
            line.lstrip("#> ") if sort in ("heading", "quote") else line for line in body
        )
        if text:
            yield Part(sort=sort, line=at + 1, text=text)
        at = end


def _sort_at(lines: Sequence[str], at: int) -> tuple[str, int]:
    """What begins in a line, and the line behind its end."""
    line = lines[at]
    fence = _FENCE.fullmatch(line)
    if fence:
        return fence[1] or "text", lines.index("```", at + 1) + 1
    if line.startswith("#"):
        return "heading", at + 1
    for sort, mark in (("table", "|"), ("quote", ">")):
        if line.startswith(mark):
            end = at
            while end < len(lines) and lines[end].startswith(mark):
                end += 1
            return sort, end
    return "text", at + 1
