"""Each function of the zip starts with nothing but the zip, and loads no more than it needs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra import archive
from infra.package import Package
from tests.packaging.zipped import Zipped

HANDLERS = (
    "app.app",
    "handlers.ledger_stream.queue_pushes",
    "handlers.ledger_stream.fold_statistics",
    "handlers.push_queue.push_passes",
    "handlers.schedules.sweep",
    "handlers.schedules.keep_calendar",
)
# Imported by a function only when it needs them (wallet/runtime).
HEAVY = {"PIL", "babel", "botocore", "cryptography", "h2", "jinja2", "pynamodb", "segno"}
OUR_TRIGGERS = {"app", "chalice_app"}


def test_these_are_the_handlers_of_the_template(template: Mapping[str, Any]) -> None:
    functions = (
        each["Properties"]
        for each in template["Resources"].values()
        if each.get("Type") == "AWS::Serverless::Function"
    )

    assert {each["Handler"] for each in functions} == set(HANDLERS)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_is_imported_from_the_zip_alone(
    folder: Path, python: Path, handler: str
) -> None:
    run = Zipped(folder=folder, python=python).run(handler)

    ours = {file for file in run.files if file.startswith(str(folder))}
    assert ours
    assert not any("site-packages" in file for file in run.files)
    tops = {name.partition(".")[0] for name in run.loaded}
    assert tops & HEAVY == set()
    assert handler == "app.app" or not tops & OUR_TRIGGERS


@pytest.mark.parametrize("zone", [":UTC", ":/etc/localtime", "UTC"])
def test_the_time_zone_of_lambda_breaks_no_import(folder: Path, python: Path, zone: str) -> None:
    """Babel did fall over the first two (aws/aws-lambda-base-images issue 144)."""
    function = Zipped(folder=folder, python=python, environ={"TZ": zone})

    assert "babel.dates" in function.run("babel.dates.get_timezone").loaded


def test_what_was_slimmed_still_imports(folder: Path, python: Path) -> None:
    function = Zipped(folder=folder, python=python)
    for handler in (
        "PIL.WebPImagePlugin.WebPImageFile",
        "PIL._imagingft.getfont",
        "PIL.AvifImagePlugin.AvifImageFile",
        "cryptography.hazmat.primitives.serialization.pkcs7.PKCS7SignatureBuilder",
        "h2.connection.H2Connection",
        "msgspec.json.decode",
        "segno.make",
    ):
        assert function.run(handler).loaded


def test_the_other_architecture_has_the_same_files(packages: Mapping[str, Package]) -> None:
    names = {
        architecture: {name for name in archive.read(package.zip) if ".so" not in Path(name).name}
        for architecture, package in packages.items()
    }

    assert names["arm64"] == names["x86_64"]
