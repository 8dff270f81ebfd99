"""Files of ours: found by name and hash, and by nothing else."""

import pytest

from chalice_app.static_files import FOLDER, VENDOR, static_url
from tests.chalice_app.gateway import send

FILES = sorted(
    path.name
    for folder in (FOLDER, VENDOR)
    for path in folder.iterdir()
    if path.suffix in (".css", ".js", ".svg", ".png", ".json", ".wasm")
)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_kept_for_ever(name: str) -> None:
    reply = send("GET", static_url(name))
    assert reply.status == 200
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.body


@pytest.mark.parametrize(
    "name",
    [
        "tokens.css", "tokens.000000000000.css", "tokens.0.css", "vendor.000000000000.js",
        "..%2ftokens.000000000000.css", "%2e%2e%2fpages.000000000000.py", "%00.000000000000.css",
        "README.000000000000.md", "a" * 300 + ".000000000000.css", "a" * 60 + ".0123456789ab.css",
        ".000000000000.css", "%F0%9F%99%82.000000000000.css",
    ],
)  # fmt: skip
def test_an_absurd_name_is_not_there(name: str) -> None:
    assert send("GET", f"/static/{name}").status == 404
