"""The real builder, with Chalice and pip, on small projects that go wrong as Chalice lets them.

Their wheels come from a folder of the test's own; nothing is fetched.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra import archive, package
from tests.packaging import elves, projects

HERE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
TOO_NEW = "2_27" if projects.PYTHON == "3.11" else "2_35"  # than the glibc of this Python's Lambda
PYTHON = Path(sys.executable)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wheels"
    projects.wheel(folder, "coin", {"coin/__init__.py": b""})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return projects.make(tmp_path / "project", "coin==1.0")


def _refusal(project: Path) -> str:
    """Why the builder refuses a project. Nothing is left of what it made."""
    out = project.parent / "out"
    with pytest.raises(package.PackageError) as refused:
        package.build(project, out, PYTHON)
    assert not list(out.rglob("*.zip"))
    return str(refused.value)


@pytest.mark.usefixtures("wheels")
def test_both_architectures_are_packaged_from_an_empty_cache(
    project: Path, tmp_path: Path
) -> None:
    packages = package.build(project, tmp_path / "out", PYTHON)

    assert [each.architecture for each in packages] == ["x86_64", "arm64"]
    for each in packages:
        names = {name for name in archive.read(each.zip) if not name.endswith(".pyc")}
        assert names == projects.whole(project).keys()
        assert f'"Architectures": [\n          "{each.architecture}"' in each.template.read_text()
        assert each.python == projects.PYTHON


@pytest.mark.usefixtures("wheels")
def test_the_same_tree_makes_the_same_bytes_and_a_new_empty_file_others(
    project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first, again = (
        [each.sha256 for each in package.build(project, out, PYTHON)] for _ in range(2)
    )
    # The cache of Chalice knows the bytes of our files and not their names.
    (project / "shop" / "news").mkdir()
    (project / "shop" / "news" / "__init__.py").touch()

    packages = package.built(project, out, PYTHON)

    assert first == again
    assert not {each.sha256 for each in packages} & set(first)
    assert all("shop/news/__init__.py" in archive.read(each.zip) for each in packages)


@pytest.mark.usefixtures("wheels")
def test_what_is_built_is_kept_until_something_changes(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    packages = package.build(project, out, PYTHON)
    with monkeypatch.context() as no_chalice:
        no_chalice.delattr(package, "_chalice")
        assert package.built(project, out, PYTHON) == packages

    packages[0].zip.unlink()

    assert all(each.zip.exists() for each in package.built(project, out, PYTHON))


@pytest.mark.usefixtures("wheels")
def test_a_requirement_that_nobody_has(project: Path) -> None:
    (project / "requirements.txt").write_text("coin==1.0\nno-such-coin==1.0\n")

    assert "no-such-coin" in _refusal(project)


def test_a_requirement_without_a_wheel_for_lambda(project: Path, wheels: Path) -> None:
    tag = f"{projects.CPYTHON}-{projects.CPYTHON}-manylinux_{TOO_NEW}_{platform.machine()}"
    projects.wheel(wheels, "mint", {"mint/_press.so": projects.native(HERE)}, tag)
    (project / "requirements.txt").write_text("coin==1.0\nmint==1.0\n")

    assert f"{HERE}: missing requirement: mint, which requirements.txt" in _refusal(project)


def test_a_wheel_built_here(project: Path, wheels: Path) -> None:
    tag = f"{projects.CPYTHON}-{projects.CPYTHON}-linux_{platform.machine()}"
    projects.wheel(wheels, "mint", {"mint/_press.so": projects.native(HERE)}, tag)
    (project / "requirements.txt").write_text("coin==1.0\nmint==1.0\n")

    assert f"{HERE}: built on this machine, not a manylinux wheel: mint-1.0" in _refusal(project)


def test_a_library_from_outside_and_one_for_another_machine(project: Path, wheels: Path) -> None:
    for architecture, machine in MACHINES.items():
        native = {
            "mint/_press.so": elves.library(architecture, needed=["libc.so.6", "libpq.so.5"]),
            "mint/_stamp.so": elves.library("x86_64"),
        }
        tag = f"{projects.CPYTHON}-abi3-manylinux2014_{machine}"
        projects.wheel(wheels, "mint", native, tag)
    (project / "requirements.txt").write_text("coin==1.0\nmint==1.0\n")

    assert _refusal(project).splitlines() == [
        "x86_64: needs libpq.so.5 from outside the zip: mint/_press.so",
        "arm64: needs libpq.so.5 from outside the zip: mint/_press.so",
        "arm64: wrong architecture (x86_64, not arm64): mint/_stamp.so",
    ]


@pytest.mark.usefixtures("wheels")
def test_a_wheel_with_another_hash_than_the_lock(project: Path) -> None:
    (project / "requirements.txt").write_text(f"coin==1.0 --hash=sha256:{'0' * 64}\n")

    assert "HASHES" in _refusal(project)


@pytest.mark.usefixtures("wheels")
def test_an_app_that_does_not_import(project: Path) -> None:
    (project / "app.py").write_text("import no_such_module\n")

    assert "no_such_module" in _refusal(project)


def test_chalice_alone_packages_the_product_unslimmed(
    packages: Mapping[str, package.Package], python: Path, tmp_path: Path
) -> None:
    files = archive.read(packages[HERE].zip)
    ours = {name for name in files if name.startswith("wallet/") and not name.endswith(".pyc")}

    done = subprocess.run(
        [python, "-c", "from chalice.cli import main; main()", "package", tmp_path],
        cwd=package.ROOT,
        env={**os.environ, **package.SETTINGS},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert ours < archive.read(tmp_path / "deployment.zip").keys()
