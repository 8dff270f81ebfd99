"""Leaves out of a deployment zip what no function of ours can reach.

Only other people's packages are touched; our own files pass as they are. That nothing needed is
gone is shown by tests/packaging, which runs every handler from the slimmed zip alone.
"""

import posixpath
from collections.abc import Callable, Container, Iterator, Mapping

from infra import elf

# The AWS services that a client is made for. botocore has 30 MB of descriptions of 400 others.
SERVICES = frozenset({"dynamodb", "s3", "secretsmanager", "sesv2", "sqs", "sts"})
# The locales of our pages with all that they inherit from, of the 1,000 in Babel.
LOCALES = frozenset(
    {"root", "en", "en_001", "en_150", "en_GB", "en_US", "hu", "hu_HU", "pl", "pl_PL"}
)
METADATA = frozenset({"METADATA", "WHEEL"})  # the rest of a .dist-info serves uninstalling
NOT_RUN = (".pyc", ".pyi", ".pxd", ".c", ".h")
UNUSED_MODULES = (
    "PIL/_avif.",  # no picture of ours, and 8 MB
    "PIL/_imagingtk.",  # no screen to draw on
    "reportlab/fonts/",  # the poster brings its own
    "reportlab/graphics/",  # charts; the poster draws on the canvas
    "reportlab/platypus/",  # flowing text
    "pyasn1_modules/",  # google-auth's way of signing without cryptography
)


def slim(files: Mapping[str, bytes], *, ours: Container[str]) -> dict[str, bytes]:
    """The files that stay. `ours` are the names to leave alone."""
    kept = {
        name: data
        for name, data in files.items()
        if name in ours or not any(drops(name) for drops in RULES)
    }
    loaded = set(_loaded(kept))
    return {name: data for name, data in kept.items() if name in loaded or not _grafted(name)}


def _not_run(name: str) -> bool:
    folders = name.split("/")[:-1]
    return name.endswith(NOT_RUN) or not {"__pycache__", "tests"}.isdisjoint(folders)


def _of_the_installer(name: str) -> bool:
    top, _, rest = name.partition("/")
    if top.endswith(".dist-info"):
        return rest not in METADATA and "licen" not in rest.lower()
    return top.endswith(".data")


def _of_other_services(name: str) -> bool:
    service, _, rest = name.removeprefix("botocore/data/").partition("/")
    if not (name.startswith("botocore/data/") and rest):
        return False
    return service not in SERVICES or "examples-" in rest


def _of_other_locales(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    locale, _, ending = file.rpartition(".")
    return folder == "babel/locale-data" and ending == "dat" and locale not in LOCALES


def _of_unused_modules(name: str) -> bool:
    return name.startswith(UNUSED_MODULES)


RULES: tuple[Callable[[str], bool], ...] = (
    _not_run,
    _of_the_installer,
    _of_other_services,
    _of_other_locales,
    _of_unused_modules,
)


def _grafted(name: str) -> bool:
    """Whether auditwheel put the file there because an extension module needs it."""
    return name.partition("/")[0].endswith(".libs")


def _loaded(files: Mapping[str, bytes]) -> Iterator[str]:
    """All grafted libraries that an extension module loads, directly or through others."""
    grafted = {posixpath.basename(name): name for name in files if _grafted(name)}
    waiting = [name for name, data in files.items() if elf.is_elf(data) and not _grafted(name)]
    seen: set[str] = set()
    while waiting:
        needed = {grafted[lib] for lib in elf.read(files[waiting.pop()]).needed if lib in grafted}
        fresh = needed - seen
        seen |= fresh
        waiting += fresh
        yield from fresh
