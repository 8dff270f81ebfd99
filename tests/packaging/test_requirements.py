"""The locks say the same, and boto3 stays at home."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.package import ROOT

LOCKS = tuple(f"requirements{part}.txt" for part in ("", "-build", "-dev", "-bench"))


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def _asked(source: str) -> set[str]:
    lines = (line.split("#")[0].strip() for line in (ROOT / source).read_text().splitlines())
    return {
        canonicalize_name(Requirement(line).name)
        for line in lines
        if line and not line.startswith("-r")
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_its_source_asks_for_with_hashes(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pinned = [at for at, line in enumerate(lines) if "==" in line and line[0] not in " #"]

    assert _asked(lock.replace(".txt", ".in")) <= _pins(lock).keys()
    assert all(re.fullmatch(r" +--hash=sha256:\w{64}( \\)?", lines[at + 1]) for at in pinned)


def test_what_runs_here_is_what_runs_there() -> None:
    runtime, build, dev, bench = map(_pins, LOCKS)

    assert runtime.items() <= build.items() <= dev.items() <= bench.items()


def test_no_lock_names_a_registry() -> None:
    assert not any("://" in (ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS)


def test_boto3_is_not_shipped() -> None:
    assert "botocore" in _pins("requirements.txt")
    assert "boto3" not in _pins("requirements.txt")
