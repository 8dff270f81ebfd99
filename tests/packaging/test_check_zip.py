"""Each fault that a zip can have is found and named, and a whole zip passes."""

from pathlib import Path

import pytest

from infra import archive, check_zip
from tests.packaging import elves, projects


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return projects.make(tmp_path, "coin==1.0")


def _faults(project: Path, files: dict[str, bytes], **target: str) -> list[str]:
    return check_zip.problems(files, projects.target(project, **target))


def test_a_whole_zip_has_no_fault(project: Path) -> None:
    files = projects.whole(project)

    assert {"app.py", "shop/till.py", "shop/tests/prices.txt", "chalice/app.py"} < files.keys()
    assert _faults(project, files) == []


class TestRequirements:
    def test_a_pinned_one_is_missing(self, project: Path) -> None:
        (project / "requirements.txt").write_text("coin==1.0\nnote_case==2.0\n")

        assert _faults(project, projects.whole(project)) == [
            "missing requirement: note_case, which requirements.txt asks for"
        ]

    def test_one_that_a_package_needs_is_missing(self, project: Path) -> None:
        files = projects.whole(project) | projects.dist("mint", "3.0", {}, requires=["ore>=2"])

        assert _faults(project, files) == ["missing requirement: ore, which mint-3.0 asks for"]

    def test_another_version_was_taken(self, project: Path) -> None:
        (project / "requirements.txt").write_text("coin==1.1\n")

        assert _faults(project, projects.whole(project)) == [
            "missing requirement: requirements.txt asks for coin==1.1, the zip has 1.0"
        ]

    def test_a_lock_with_hashes_comments_and_markers_is_read(self, project: Path) -> None:
        (project / "requirements.txt").write_text(
            "# by make lock\n"
            "Coin==1.0 ; platform_python_implementation != 'PyPy' \\\n"
            "    --hash=sha256:aa \\\n"
            "    --hash=sha256:bb\n"
            "    # via shop\n"
            "win-coin==1.0 ; sys_platform == 'win32' \\\n"
            "    --hash=sha256:cc\n"
            "old-coin==1.0 ; python_version < '3.12'\n"
            "arm-coin==1.0 ; platform_machine == 'aarch64'\n"
        )
        files = projects.whole(project)

        assert _faults(project, files) == []
        assert len(_faults(project, files, python="3.11")) == 1
        assert len(_faults(project, files, architecture="arm64")) == 1

    def test_an_extra_is_not_asked_for(self, project: Path) -> None:
        files = projects.whole(project) | projects.dist(
            "mint", "3.0", {}, requires=['gold; extra == "lux"', "Coin<2,>=1"]
        )

        assert _faults(project, files) == []


class TestWheels:
    @pytest.mark.parametrize("tag", ["cp313-cp313-linux_x86_64", "py3-none-linux_aarch64"])
    def test_one_was_built_here(self, project: Path, tag: str) -> None:
        files = projects.whole(project) | projects.dist("mint", "3.0", {}, tags=[tag])

        [fault] = _faults(project, files)

        assert fault.startswith("built on this machine, not a manylinux wheel: mint-3.0")

    @pytest.mark.parametrize(
        ("architecture", "tag", "fits"),
        [
            ("x86_64", "cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64", True),
            ("arm64", "cp311-abi3-manylinux_2_28_aarch64", True),
            ("arm64", "cp311-abi3-manylinux2014_x86_64", False),
            ("x86_64", "cp311-abi3-manylinux2014_aarch64", False),
            ("x86_64", "cp311-abi3-musllinux_1_2_x86_64", False),
            ("x86_64", "cp311-cp311-win_amd64", False),
        ],
    )
    def test_one_is_for_another_machine(
        self, project: Path, architecture: str, tag: str, fits: bool
    ) -> None:
        files = projects.whole(project) | projects.dist("mint", "3.0", {}, tags=[tag])

        faults = _faults(project, files, architecture=architecture)

        assert [fault[:28] for fault in faults] == (
            [] if fits else ["wrong architecture: mint-3.0"]
        )


class TestLibraries:
    def _faults_of(self, project: Path, data: bytes, name: str = "mint/_press.so") -> list[str]:
        return _faults(project, projects.whole(project) | {name: data})

    def test_glibc_and_what_every_wheel_leaves_out_are_there(self, project: Path) -> None:
        needed = ["libc.so.6", "ld-linux-x86-64.so.2", "libgcc_s.so.1", "libz.so.1"]

        assert self._faults_of(project, elves.library(needed=needed, glibc=["2.34"])) == []

    def test_another_is_needed_from_outside(self, project: Path) -> None:
        assert self._faults_of(project, elves.library(needed=["libc.so.6", "libpq.so.5"])) == [
            "needs libpq.so.5 from outside the zip: mint/_press.so"
        ]

    @pytest.mark.parametrize("path", ["runpath", "rpath"])
    def test_one_in_the_zip_is_found_where_the_module_looks(
        self, project: Path, path: str
    ) -> None:
        module = {path: "$ORIGIN/../mint.libs", "needed": ["libink.so.1"]}
        files = projects.whole(project) | {
            "mint/_press.so": elves.library(**module),  # type: ignore[arg-type]
            "mint.libs/libink.so.1": elves.library(needed=["libdye.so.2"]),
            "mint.libs/libdye.so.2": elves.library(),
        }

        assert _faults(project, files) == []
        assert _faults(project, files | {"mint/_press.so": elves.library(needed=["libink.so.1"])})

    def test_one_in_the_zip_is_not_found_elsewhere(self, project: Path) -> None:
        files = projects.whole(project) | {
            "mint/_press.so": elves.library(needed=["libink.so.1"], runpath="$ORIGIN/../lib"),
            "mint.libs/libink.so.1": elves.library(),
        }

        assert _faults(project, files) == [
            "needs libink.so.1 from outside the zip: mint/_press.so"
        ]

    @pytest.mark.parametrize(
        ("python", "glibc", "fits"),
        [("3.11", "2.26", True), ("3.11", "2.27", False), ("3.12", "2.34", True),
         ("3.13", "2.35", False), ("3.14", "2.34", True)],
    )  # fmt: skip
    def test_glibc_is_not_newer_than_lambdas(
        self, project: Path, python: str, glibc: str, fits: bool
    ) -> None:
        files = projects.whole(project) | {"mint/_press.so": elves.library(glibc=[glibc])}

        faults = _faults(project, files, python=python)

        assert [fault.split(",")[0] for fault in faults] == (
            [] if fits else [f"needs glibc {glibc}"]
        )

    def test_one_is_for_the_other_architecture(self, project: Path) -> None:
        assert self._faults_of(project, elves.library("arm64")) == [
            "wrong architecture (arm64, not x86_64): mint/_press.so"
        ]

    def test_one_is_for_another_python(self, project: Path) -> None:
        name = "mint/_press.cpython-312-x86_64-linux-gnu.so"

        assert self._faults_of(project, elves.library(), name) == [
            f"made for Python 3.12, not 3.13: {name}"
        ]

    def test_one_is_broken(self, project: Path) -> None:
        [fault] = self._faults_of(project, b"\x7fELF")

        assert fault.startswith("broken library")


class TestStaleCode:
    def test_a_file_has_changed_since(self, project: Path) -> None:
        files = projects.whole(project)
        (project / "shop" / "till.py").write_text("def open():\n    return {'new': 1}\n")

        assert _faults(project, files) == ["stale code: shop/till.py differs from the work tree"]

    def test_a_file_has_come_since_even_an_empty_one(self, project: Path) -> None:
        files = projects.whole(project)
        (project / "shop" / "news").mkdir()
        (project / "shop" / "news" / "__init__.py").touch()

        assert _faults(project, files) == ["stale code: shop/news/__init__.py is not in the zip"]

    def test_a_file_has_gone_since(self, project: Path) -> None:
        files = projects.whole(project)
        (project / "shop" / "till.py").unlink()

        assert _faults(project, files) == [
            "stale code: shop/till.py is in the zip and not in the work tree"
        ]

    def test_chalice_is_another(self, project: Path) -> None:
        files = projects.whole(project) | {"chalice/app.py": b"# older\n"}

        assert _faults(project, files) == ["stale code: chalice/app.py differs from the work tree"]

    def test_compiled_files_are_nobodys(self, project: Path) -> None:
        files = projects.whole(project)
        (project / "shop" / "__pycache__").mkdir()
        (project / "shop" / "__pycache__" / "till.cpython-313.pyc").touch()

        assert _faults(project, files) == []


class TestCommand:
    def _run(self, zip_: Path, project: Path) -> int:
        where = ["--project", str(project), "--architecture", "x86_64", "--python", "3.13"]
        return check_zip.main([str(zip_), *where])

    def test_a_whole_zip(
        self, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archive.write(projects.whole(project), tmp_path / "whole.zip")

        assert self._run(tmp_path / "whole.zip", project) == 0
        assert capsys.readouterr().out == "whole\n"

    def test_every_fault_is_printed(
        self, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        files = projects.whole(project) | {"mint/_press.so": elves.library("arm64")}
        del files["app.py"]
        archive.write(files, tmp_path / "broken.zip")

        assert self._run(tmp_path / "broken.zip", project) == 1
        assert len(capsys.readouterr().out.splitlines()) == 2

    def test_a_zip_above_the_bar(self, tmp_path: Path) -> None:
        large = tmp_path / "large.zip"
        with large.open("wb") as file:
            file.truncate(20_000_001)

        assert list(check_zip.too_large(large)) == ["too large: 20.0 MB, at most 20"]
