"""The phone's modules by themselves, under Node, and what it says of passes that iOS refuses."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.infra.phone_passes import (
    Card,
    Files,
    flipped,
    sealed,
    stamp_fields,
    stamp_images,
    zipped,
)
from tests.infra.phone_world import PhoneWorld
from tests.needs import node

HERE = Path(__file__).parent


def test_the_modules_pass_their_own_tests() -> None:
    command = [node(), "--test", str(HERE / "phone_units.test.mjs")]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout


def _without(name: str) -> Callable[[Files], Files]:
    return lambda content: {key: data for key, data in content.items() if key != name}


def _resigned(**changes: bytes) -> Callable[[Files], Files]:
    named = {name.replace("_", "."): data for name, data in changes.items()}
    return lambda content: sealed({**_bare(content), **named})


def _document(**changes: object) -> Callable[[Files], Files]:
    def changed(content: Files) -> Files:
        document = {**json.loads(content["pass.json"]), **changes}
        return _resigned(pass_json=json.dumps(document).encode())(content)

    return changed


def _signed_by(**chain: str) -> Callable[[Files], Files]:
    return lambda content: sealed(_bare(content), **chain)


def _bare(content: Files) -> Files:
    return _without("signature")(_without("manifest.json")(content))


def _manifest_respelled(content: Files) -> Files:
    manifest = json.dumps(json.loads(content["manifest.json"]), indent=1).encode()
    return {**content, "manifest.json": manifest}


REFUSALS: tuple[tuple[str, Callable[[Files], Files]], ...] = (
    ("refused.hash", flipped("pass.json")),
    ("refused.hash", flipped("strip@2x.png")),
    ("refused.signature", flipped("signature")),
    ("refused.missing", _without("logo@2x.png")),
    ("refused.missing", _without("manifest.json")),
    ("refused.unsigned", _without("signature")),
    ("refused.extra", lambda content: {**content, "more.txt": b"!"}),
    ("refused.manifest", _manifest_respelled),
    ("refused.team", _signed_by(team="OTHERTEAM0")),
    ("refused.chain", _signed_by(root="Other Root")),
    ("refused.type", _document(passTypeIdentifier="pass.another")),
    ("refused.key", _document(serialNumber="")),
    ("refused.key", _document(authenticationToken="short")),
    ("refused.style", _document(coupon={})),
    ("refused.field", _document(storeCard={"backFields": [{"key": "a", "value": 1}] * 2})),
    ("refused.json", _resigned(pass_json=b"[]")),
    ("refused.icon", lambda content: _resigned()(_without("icon@2x.png")(content))),
)


def test_what_ios_refuses_is_refused_with_the_reason(tmp_path: Path) -> None:
    with PhoneWorld(tmp_path) as world:
        card = Card(serial="one", fields=stamp_fields(3), images=stamp_images(3))
        good = sealed(world.files(card))
    stored = zipped(good)
    cases: list[tuple[str | None, bytes]] = [
        (None, stored),
        (None, zipped(good, deflate=True)),
        ("refused.zip", b"not a zip at all, far from it"),
        ("refused.zip", stored[:-30]),
        ("refused.broken", stored.replace(b"Lipowa", b"Lipovo", 1)),
        ("refused.name", zipped({**good, "../up.png": b""})),
        *((reason, zipped(tamper(good))) for reason, tamper in REFUSALS),
    ]
    assert _reasons(tmp_path, [archive for _, archive in cases]) == [why for why, _ in cases]


def _reasons(folder: Path, archives: list[bytes]) -> list[str | None]:
    paths = [folder / f"{number}.pkpass" for number in range(len(archives))]
    for path, archive in zip(paths, archives, strict=True):
        path.write_bytes(archive)
    script, root = str(HERE / "open_bundles.mjs"), str(folder / "root.pem")
    command = [node(), script, root, *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    reasons: list[str | None] = json.loads(run.stdout)
    return reasons
