"""docs/programs.md is true: every snippet, example, quotation, request and answer on it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from chalice_app.addresses import ADDRESSES
from chalice_app.api import read_body
from chalice_app.explanation_documents import step_documents
from chalice_app.limit_words import expiry_in_words, had_in_words, terms_in_words
from chalice_app.problems import problem_of
from chalice_app.program_words import cost_in_words
from chalice_app.rule_words import rules_in_words
from chalice_app.tier_words import tiers_in_words
from tests.docs.histories import case_of, whole
from tests.docs.page import DOCS, Example, Part, examples, read_page
from tests.golden import pure, telling
from wallet.domain.errors import InvalidProgramError
from wallet.domain.explanation.explain import explain
from wallet.domain.ids import MerchantId, ProgramId
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program, version_of
from wallet.domain.vocabulary import Per, RewardKind, RuleKind

PAGE = read_page("programs.md")
SCHEMA = json.loads((DOCS / "program.schema.json").read_text("utf-8"))
SNIPPETS = [part for part in PAGE if part.sort == "json"]
EXAMPLES = list(examples(PAGE))
REQUESTS = [part for part in PAGE if part.sort == "http"]
EVERYTHING = (DOCS / "programs.md").read_text("utf-8")
# What is said in words alone, as a list of names.
_NAMED_ONLY = re.compile(r"`([^`\n]+)`")


def line_of(part: Part) -> str:
    return f"line {part.line}"


@pytest.mark.parametrize("snippet", SNIPPETS, ids=line_of)
def test_a_snippet_is_sound(snippet: Part) -> None:
    said = json.loads(snippet.text)
    document = {**whole(said), **{k: v for k, v in said.items() if k == "effective_at"}}
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    assert read_terms(whole(said)).kind == whole(said)["kind"]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_what_the_table_says_is_what_happens(example: Example, tmp_path: Path) -> None:
    case = case_of(example, tmp_path)
    _head, *rows = example.rows
    assert len(case.history) + len(case.other) == len(rows)
    pure.run(case)


def test_a_table_that_says_otherwise_is_noticed(tmp_path: Path) -> None:
    """For each example, and each figure in its last row."""
    noticed = 0
    for example in EXAMPLES:
        *rows, last = example.rows
        for place, cell in enumerate(last):
            if not re.fullmatch(r"-?\d+", cell):
                continue
            wrong = [*last[:place], str(int(cell) + 1), *last[place + 1 :]]
            told = Example(
                heading=example.heading,
                line=example.line,
                snippets=example.snippets,
                rows=[*rows, wrong],
            )
            with pytest.raises(AssertionError, match="step"):
                pure.run(case_of(told, tmp_path))
            noticed += 1
    assert noticed > len(EXAMPLES)


def test_every_snippet_has_an_example() -> None:
    shown = [snippet for example in EXAMPLES for snippet in example.snippets]
    assert [part.line for part in SNIPPETS if json.loads(part.text) not in shown] == []


def run_values(*path: str) -> Iterator[Any]:
    """What stands at a path of the documents that examples run under; lists are gone through."""
    found: list[Any] = [snippet for example in EXAMPLES for snippet in example.snippets]
    for name in path:
        found = [each[name] for each in found if name in each]
        found = [one for each in found for one in (each if isinstance(each, list) else [each])]
    yield from found


def fields(*path: str) -> set[str]:
    return {name for each in run_values(*path) for name in each}


def test_every_kind_has_an_example() -> None:
    """A new one without an example fails here."""
    assert set(run_values("rules", "kind")) == set(RuleKind)
    assert set(run_values("rewards", "kind")) == set(RewardKind)
    assert set(run_values("limits", "per")) == set(Per)


def test_every_field_has_an_example() -> None:
    assert fields() == SCHEMA["properties"].keys()
    kinds, parts = SCHEMA["$defs"], SCHEMA["properties"]
    times = set(kinds["times"]["properties"])
    assert fields("rules", "when") == times | set(kinds["when"]["properties"])
    assert fields("rewards", "when") == times
    assert fields("limits") == kinds["limit"]["properties"].keys()
    for name in ("earning", "expiry", "tiers", "refunds", "money_off"):
        assert fields(name) == parts[name]["properties"].keys(), name


def names_in(schema: object) -> Iterator[str]:
    """Every field and every value to choose from, wherever it stands in the schema."""
    if isinstance(schema, list):
        for each in schema:
            yield from names_in(each)
    if not isinstance(schema, Mapping):
        return
    yield from schema.get("properties", {})
    yield from (each for each in schema.get("enum", []) if isinstance(each, str))
    for name, each in schema.items():
        if name != "examples":
            yield from names_in(each)


def words_in(value: object) -> Iterator[str]:
    """Every field and every text of a document."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else ():
        yield from words_in(each)
    if isinstance(value, (list, Mapping)):
        for each in value:
            yield from words_in(each)


def test_nothing_of_the_schema_is_left_out() -> None:
    shown = {word for part in SNIPPETS for word in words_in(json.loads(part.text))}
    shown |= {
        word for part in PAGE if part.sort == "text" for word in _NAMED_ONLY.findall(part.text)
    }
    assert set(names_in(SCHEMA)) - shown == set()


def quotations() -> Iterator[tuple[Part, Part]]:
    """Each quotation with the snippet above it."""
    snippet = None
    for part in PAGE:
        snippet = part if part.sort == "json" else snippet
        if part.sort == "quote" and snippet:
            yield part, snippet


@pytest.mark.parametrize(("quote", "snippet"), list(quotations()), ids=line_of)
def test_a_quotation_is_what_the_holder_reads(quote: Part, snippet: Part) -> None:
    read = read_aloud(version(json.loads(snippet.text)))
    said = [line.removesuffix("\\") for line in quote.text.splitlines()]
    assert [line for line in said if line not in read] == []


def version(snippet: Mapping[str, Any]) -> Program:
    return version_of(
        read_terms(whole(snippet)),
        id=ProgramId("page"),
        merchant_id=MerchantId("page"),
        version=1,
        design_version=1,
        effective_at=datetime(2027, 1, 1, tzinfo=UTC),
    )


def read_aloud(program: Program) -> list[str]:
    """What the page of rules says in English, with the line of each reward."""
    rewards = []
    for reward in program.rewards:
        had = had_in_words(reward, program, "en")
        cost = cost_in_words(reward.cost, "en")
        rewards.append(f"{reward.name}: {cost} ({had})" if had else f"{reward.name}: {cost}")
    return [
        *rules_in_words(program, "en"),
        *terms_in_words(program, "en"),
        *tiers_in_words(program, "en"),
        " ".join(expiry_in_words(program, "en")),
        *rewards,
    ]


def answers() -> list[Any]:
    return [json.loads(part.text) for part in PAGE if part.sort == "json answer"]


def test_the_faults_of_the_bad_document_are_those_that_are_named() -> None:
    (bad,) = [json.loads(part.text) for part in PAGE if part.sort == "json bad"]
    with pytest.raises(InvalidProgramError) as refused:
        read_terms(bad)
    problem = problem_of(refused.value)
    assert problem is not None
    given = json.loads(problem.body())
    (told,) = [each for each in answers() if "faults" in each]
    assert told == {name: value for name, value in given.items() if name != "detail"}
    assert not Draft202012Validator(SCHEMA).is_valid(bad)


def test_the_explanation_is_that_of_the_first_row(tmp_path: Path) -> None:
    example = next(each for each in EXAMPLES if each.heading == "How a purchase is counted")
    shop = telling.run(case_of(example, tmp_path))
    made = shop.card.made[0]
    explained = explain(telling.story_of(shop, shop.card, made))
    steps = msgspec.to_builtins(step_documents(explained.steps, made.program.kind))
    (told,) = [each for each in answers() if "steps" in each]
    assert told["agrees"] is explained.agrees
    assert told["steps"] == [{**step, "text": {"en": step["text"]["en"]}} for step in steps]


@pytest.mark.parametrize("request_told", REQUESTS, ids=line_of)
def test_a_request_is_one_that_the_api_takes(request_told: Part) -> None:
    first, _, body = request_told.text.partition("\n")
    method, _, path = first.partition(" ")
    view: Any = next(
        each.view() for each in ADDRESSES if (each.method, each.path) == (method, path)
    )
    assert isinstance(read_body(body.encode(), view.body), view.body)


def test_every_address_on_the_page_exists() -> None:
    named = set(re.findall(r"\b(GET|POST|PUT) \S*?(/api/v1/[^\s`\"]+)", EVERYTHING))
    assert len(named) > 10
    assert named <= {(each.method, each.path) for each in ADDRESSES} | {
        ("PUT", "/api/v1/programs/pod-lipa")
    }
    assert set(re.findall(r"/api/v1/[^\s`\"]+", EVERYTHING)) == {path for _, path in named}


def test_links_lead_somewhere() -> None:
    headings = [part.text for part in PAGE if part.sort == "heading"]
    anchors = {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
    for target in re.findall(r"\]\(([^)]+)\)", EVERYTHING):
        file, _, anchor = target.partition("#")
        assert (DOCS / file).exists(), target
        assert not anchor or anchor in anchors, target


def test_the_readme_leads_here() -> None:
    assert "(docs/programs.md)" in (DOCS.parent / "README.md").read_text("utf-8")
