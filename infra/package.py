"""Makes the deployment zips: `python -m infra.package`, which is `make package`.

For each architecture Chalice packages the project with nothing in its caches; then the zip is
slimmed (`slim`), written so that the same files make the same bytes, checked (`check_zip`),
because Chalice answers 0 whatever happened, and compiled (`bytecode`). What a failed build made is
taken away again.

    build/x86_64/deployment.zip, sam.json       build/arm64/deployment.zip, sam.json

Lambda's runtime is the Python that runs Chalice: 3.13 or 3.12 where there is one, else this one.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import archive, check_zip, slim
from infra.bytecode import compiled

ARCHITECTURES = ("x86_64", "arm64")
PREFERRED = ("3.13", "3.12")
ENOUGH = (3, 12)  # from here on Lambda runs on Amazon Linux 2023
# Until 30 June 2026: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
UNSUPPORTED = ("3.11",)
ROOT = Path(__file__).parent.parent
STAMP = "inputs.sha256"  # in the folder of the builds: what the newest one was made of
# Chalice asks for a region even where it calls nobody.
SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class PackageError(Exception):
    """The project cannot be packaged; the message says why, a line for each reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A finished zip with the template beside it."""

    folder: Path
    architecture: str
    python: str

    @property
    def zip(self) -> Path:
        """The code."""
        return self.folder / "deployment.zip"

    @property
    def template(self) -> Path:
        """The SAM template, resources merged in."""
        return self.folder / "sam.json"

    def read_template(self) -> dict[str, Any]:
        """The template, parsed."""
        template: dict[str, Any] = json.loads(self.template.read_text(encoding="utf-8"))
        return template

    @property
    def megabytes(self) -> float:
        """The size of the zip, in millions of bytes."""
        return self.zip.stat().st_size / 1_000_000

    @property
    def sha256(self) -> str:
        """The digest of the zip, in hexadecimal."""
        return hashlib.sha256(self.zip.read_bytes()).hexdigest()


def build(project: Path, out: Path, python: Path) -> list[Package]:
    """Packages a project for every architecture, or raises PackageError and leaves none."""
    with _alone(out):
        return _build(project, out, python)


def built(project: Path, out: Path, python: Path) -> list[Package]:
    """The packages of an earlier build if it was made of the very same files, else new ones."""
    with _alone(out):
        packages = _packages(out, python)
        stamp = out / STAMP
        whole = stamp.exists() and all(package.zip.exists() for package in packages)
        if whole and stamp.read_text() == _inputs(project, python):
            return packages
        return _build(project, out, python)


def find_python() -> Path:
    """The interpreter to build with, and so Lambda's runtime."""
    if sys.version_info >= ENOUGH:
        return Path(sys.executable)
    return next((path for path in _candidates() if _usable(path)), Path(sys.executable))


def environment(python: Path, out: Path) -> Path:
    """The Python of an environment that has Chalice and all that the app imports.

    Another version than the running one gets an environment of its own, kept in `out` until the
    requirements change.
    """
    if python == Path(sys.executable):
        return python
    lock = ROOT / "requirements-build.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    folder = out / f"python{version_of(python)}-{digest}"
    inside, done = folder / "bin" / "python", folder / "complete"
    with _alone(out):
        if not done.exists():
            _run([python, "-m", "venv", "--clear", folder], cwd=ROOT)
            _run([inside, "-m", "pip", "install", "--quiet", "-r", lock], cwd=ROOT)
            done.touch()
    return inside


def version_of(python: Path) -> str:
    """The interpreter's version, as "3.13"."""
    return _run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()


def _packages(out: Path, python: Path) -> list[Package]:
    version = version_of(python)
    return [Package(folder=out / a, architecture=a, python=version) for a in ARCHITECTURES]


def _build(project: Path, out: Path, python: Path) -> list[Package]:
    (out / STAMP).unlink(missing_ok=True)
    packages = _packages(out, python)
    try:
        for package in packages:
            _chalice(project, package, python)
            files = archive.read(package.zip)
            archive.write(slim.slim(files, ours=check_zip.our_files(project)), package.zip)
        _check(project, packages)
        for package in packages:
            archive.write(compiled(archive.read(package.zip), python), package.zip)
        _check_sizes(packages)
    except PackageError:
        for package in packages:
            shutil.rmtree(package.folder, ignore_errors=True)
        raise
    (out / STAMP).write_text(_inputs(project, python))
    return packages


def _inputs(project: Path, python: Path) -> str:
    """A digest of the names and bytes of all that a build is made of."""
    files = check_zip.our_files(project)
    paths = [*project.glob(".chalice/*.json"), *project.glob("infra/*.*")]
    paths.append(project / "requirements.txt")
    files |= {path.relative_to(project).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256(version_of(python).encode())
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()


def _chalice(project: Path, package: Package, python: Path) -> None:
    cache = project / ".chalice" / "deployments"
    for folder in (package.folder, cache):
        shutil.rmtree(folder, ignore_errors=True)
    chalice = "import sys; from chalice.cli import main; sys.exit(main())"
    command: list[str | Path] = [python, "-c", chalice, "package"]
    command += ["--stage", package.architecture]
    resources = project / "infra" / "resources.json"
    if resources.exists():
        command += ["--merge-template", resources]
    said = _run([*command, package.folder], cwd=project, **_pinned(project))
    if not package.zip.exists():
        raise PackageError(f"Chalice made no zip. {said}")
    shutil.rmtree(cache)


def _pinned(project: Path) -> dict[str, str]:
    """Has pip check hashes everywhere, where the project has them.

    Chalice fetches wheels for the other architecture by name and version only.
    """
    lock = project / "requirements.txt"
    return {"PIP_CONSTRAINT": lock.name} if "--hash=" in lock.read_text(encoding="utf-8") else {}


def _check(project: Path, packages: list[Package]) -> None:
    faults: list[str] = []
    for package in packages:
        target = check_zip.Target(
            project=project, architecture=package.architecture, python=package.python
        )
        found = check_zip.problems(archive.read(package.zip), target)
        faults += [f"{package.architecture}: {fault}" for fault in found]
    if faults:
        raise PackageError("\n".join(faults))


def _check_sizes(packages: list[Package]) -> None:
    faults = [fault for package in packages for fault in check_zip.too_large(package.zip)]
    if faults:
        raise PackageError("\n".join(faults))


def _candidates() -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for version in PREFERRED:
        if found := shutil.which(f"python{version}"):
            yield Path(found)
        yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)


def _usable(python: Path) -> bool:
    """Whether an environment can be made of it: distributions like to leave parts out."""
    check = [str(python), "-c", "import ensurepip, ssl, venv"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Waits for any other build in the same folder, which is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str | Path], cwd: Path | None = None, **settings: str) -> str:
    foreign = ("AWS_", "PYTHON")  # another profile, endpoint or path would change the outcome
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=inherited | SETTINGS | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        words = " ".join(map(str, command))
        raise PackageError(f"{words}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def main(arguments: list[str]) -> int:
    """Builds the project and prints what came of it; 1 and the reasons where it fails."""
    parser = argparse.ArgumentParser(prog="python -m infra.package")
    parser.add_argument("--out", type=Path, default=ROOT / "build")
    parser.add_argument("--python", type=Path, help="the interpreter to build with")
    given = parser.parse_args(arguments)
    out = given.out.absolute()
    try:
        python = environment(given.python or find_python(), out)
        packages = build(ROOT, out, python)
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1
    report = {
        package.architecture: {
            "python": package.python,
            "zip_mb": round(package.megabytes, 2),
            "sha256": package.sha256,
        }
        for package in packages
    }
    (out / "package.json").write_text(json.dumps(report, indent=2) + "\n")
    for package in packages:
        print(f"{package.zip}: {package.megabytes:.2f} MB, Python {package.python}")
    if packages[0].python in UNSUPPORTED:
        print("To deploy, build with Python 3.12 or 3.13: Lambda's support of 3.11 has ended.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
