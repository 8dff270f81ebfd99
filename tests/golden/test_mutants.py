"""The golden table and the machine would notice: rules spoiled on purpose, one at a time.

Each mutant of mutants.yml is a small edit of a module of the pure core, made in a copy of the
project; the golden cases are run against the copy and must fail. A mutant whose text is no longer
in the module fails this test, so that the table stays true.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# A mutant may loop for ever.
_SECONDS_MAX = 120
MUTANTS = {each["name"]: each for each in yaml.safe_load((HERE / "mutants.yml").read_text())}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_spoiled_rule_is_noticed(mutant: str, tmp_path: Path) -> None:
    module, sound, spoiled = (MUTANTS[mutant][key] for key in ("module", "sound", "spoiled"))
    for folder in ("wallet/domain", "tests/golden"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc"))
    for package in ("wallet", "tests"):
        (tmp_path / package / "__init__.py").touch()
    source = tmp_path / "wallet" / "domain" / module
    text = source.read_text("utf-8")
    assert text.count(sound) == 1, f"{module} does not say {sound!r} once"
    source.write_text(text.replace(sound, spoiled), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.golden.run"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS_MAX,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "AssertionError" in ran.stdout
