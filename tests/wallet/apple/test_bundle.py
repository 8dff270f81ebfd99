"""The bundle as others read it: zipfile, unzip, openssl; and that no byte of it can be changed."""

import json
import shutil
import subprocess
import tracemalloc
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha1
from io import BytesIO
from pathlib import Path
from typing import Literal
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.certificates import Chain, chain_in, openssl_accepts
from wallet.apple.bundle import ICONS, Images, seal
from wallet.apple.signing import Signer

AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"
IMAGES = {
    "icon@2x.png": PNG + b"icon at 2",
    "icon@3x.png": PNG + b"icon at three",
    "logo@2x.png": PNG + b"logo",
    "strip@3x.png": PNG + bytes(range(256)) * 9,
    "pl.lproj/strip@3x.png": PNG + b"pasek",
}
DOCUMENTS = {
    "pass.json": b'{"formatVersion":1,"serialNumber":"0001"}',
    "hu.lproj/pass.strings": '"stamps" = "Bélyegek";'.encode(),
}
MADE = {"manifest.json", "signature"}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return chain_in(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="module")
def signer(chain: Chain) -> Signer:
    return chain.signer()


@pytest.fixture(scope="module")
def bundle(signer: Signer) -> bytes:
    return seal(Images.of(IMAGES), DOCUMENTS, signer, AT).as_bytes()


def opened(bundle: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(bundle)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def is_genuine(
    files: Mapping[str, bytes], root: Path, command: Literal["cms", "smime"] = "cms"
) -> bool:
    """What Wallet checks: the signature of the manifest, and the manifest against every file."""
    hashes = {name: sha1(files[name]).hexdigest() for name in files.keys() - MADE}  # noqa: S324  Apple's
    manifest = files["manifest.json"]
    return openssl_accepts(command, files["signature"], manifest, root) and (
        json.loads(manifest) == hashes
    )


def test_a_pass_holds_its_files_a_manifest_and_a_signature(bundle: bytes) -> None:
    files = opened(bundle)

    assert files.keys() == IMAGES.keys() | DOCUMENTS.keys() | MADE
    assert {name: files[name] for name in files.keys() - MADE} == IMAGES | DOCUMENTS


@pytest.mark.parametrize("command", ["cms", "smime"])
def test_a_pass_is_genuine(bundle: bytes, chain: Chain, command: Literal["cms", "smime"]) -> None:
    assert is_genuine(opened(bundle), chain.root, command)


@pytest.mark.parametrize("name", sorted(IMAGES.keys() | DOCUMENTS.keys() | MADE))
def test_one_flipped_byte_in_any_file_is_refused(bundle: bytes, chain: Chain, name: str) -> None:
    files = opened(bundle)
    content = files[name]
    for position in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
        changed = bytearray(content)
        changed[position] ^= 1
        assert not is_genuine({**files, name: bytes(changed)}, chain.root), position


def test_a_file_left_out_or_slipped_in_is_refused(bundle: bytes, chain: Chain) -> None:
    files = opened(bundle)

    assert not is_genuine({**files, "background.png": PNG}, chain.root)
    del files["logo@2x.png"]
    assert not is_genuine(files, chain.root)


def test_the_manifest_cannot_come_from_another_pass(signer: Signer, chain: Chain) -> None:
    images = Images.of(IMAGES)
    first = opened(seal(images, DOCUMENTS, signer, AT).as_bytes())
    second = opened(seal(images, {"pass.json": b"{}"}, signer, AT).as_bytes())

    assert is_genuine(second, chain.root)
    assert not is_genuine({**second, "manifest.json": first["manifest.json"]}, chain.root)
    assert not is_genuine({**second, "signature": first["signature"]}, chain.root)


def test_the_container_is_plain(bundle: bytes) -> None:
    with ZipFile(BytesIO(bundle)) as archive:
        members = archive.infolist()
        assert archive.comment == b""

    for member in members:
        assert not member.is_dir()
        assert member.compress_type == ZIP_STORED
        assert member.flag_bits == 0, "no data descriptor, no encryption"
        assert member.extract_version < 45, "no zip64"
        assert member.extra == b""
        assert member.date_time == (1980, 1, 1, 0, 0, 0)
        assert member.external_attr >> 16 == 0o100644
    assert members[0].header_offset == 0, "nothing before the archive"


def test_unzip_reads_it(bundle: bytes, tmp_path: Path) -> None:
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("needs the unzip command")
    (tmp_path / "a.pkpass").write_bytes(bundle)

    done = subprocess.run(
        [unzip, "-t", tmp_path / "a.pkpass"], capture_output=True, check=False, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors detected" in done.stdout


def test_the_same_input_gives_the_same_bytes(bundle: bytes, signer: Signer) -> None:
    images = Images.of(dict(reversed(IMAGES.items())))
    documents = dict(reversed(DOCUMENTS.items()))

    assert seal(images, documents, signer, AT).as_bytes() == bundle


def test_images_come_first_and_are_the_same_in_every_pass(bundle: bytes, signer: Signer) -> None:
    images = Images.of(IMAGES)
    other = seal(images, {"pass.json": b"{}"}, signer, AT).as_bytes()

    assert bundle.startswith(images.members)
    assert other.startswith(images.members)
    assert list(opened(bundle))[: len(IMAGES)] == sorted(IMAGES)


@pytest.mark.parametrize("size", range(6))
def test_base64_is_that_of_the_bytes_however_three_divides_them(signer: Signer, size: int) -> None:
    sealed = seal(Images.of({"icon.png": bytes(size)}), DOCUMENTS, signer, AT)

    assert b64decode(sealed.as_base64(), validate=True) == sealed.as_bytes()
    assert "\n" not in sealed.as_base64()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/icon.png",
        "../icon.png",
        "pl.lproj/../icon.png",
        "pl.lproj//icon.png",
        "./icon.png",
        "pl.lproj/",
        "pl.lproj\\icon.png",
        ".DS_Store",
        "__MACOSX/icon.png",
        "C:icon.png",
        "icon\n.png",
        "icon.png\n",
        'icon".png',
        "ikona ż.png",
        "icon\x00.png",
        "i" * 256,
    ],
)
def test_a_name_that_has_no_place_in_a_pass_is_refused(signer: Signer, name: str) -> None:
    with pytest.raises(ValueError, match="not a name for a file of a pass"):
        Images.of({"icon.png": PNG, name: PNG})
    with pytest.raises(ValueError, match="not a name for a file of a pass"):
        seal(Images.of(IMAGES), {**DOCUMENTS, name: b""}, signer, AT)


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_name_that_sealing_makes_is_refused(signer: Signer, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is made when the pass is sealed"):
        Images.of({"icon.png": PNG, name: PNG})
    with pytest.raises(ValueError, match=f"{name} is made when the pass is sealed"):
        seal(Images.of(IMAGES), {**DOCUMENTS, name: b""}, signer, AT)


@pytest.mark.parametrize("files", [{}, {"logo.png": PNG}, {"pl.lproj/icon.png": PNG}])
def test_a_pass_without_an_icon_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match=r"a pass needs icon\.png"):
        Images.of(files)


@pytest.mark.parametrize("icon", sorted(ICONS))
def test_an_icon_of_any_scale_will_do(icon: str) -> None:
    assert Images.of({icon: PNG}).names == {icon}


def test_a_pass_without_pass_json_is_refused(signer: Signer) -> None:
    with pytest.raises(ValueError, match=r"a pass needs pass\.json"):
        seal(Images.of(IMAGES), {"pl.lproj/pass.strings": b""}, signer, AT)


def test_a_document_cannot_take_the_name_of_an_image(signer: Signer) -> None:
    with pytest.raises(ValueError, match=r"both image and document: .*strip@3x"):
        seal(Images.of(IMAGES), {**DOCUMENTS, "strip@3x.png": PNG}, signer, AT)


names = st.from_regex(
    r"([A-Za-z0-9][A-Za-z0-9@._-]{0,9}/){0,2}[A-Za-z0-9][A-Za-z0-9@._-]{0,20}", fullmatch=True
).filter(lambda name: name not in MADE)


@given(files=st.dictionaries(names, st.binary(max_size=300), max_size=12), data=st.data())
def test_whatever_goes_in_comes_out(
    signer: Signer, files: dict[str, bytes], data: st.DataObject
) -> None:
    is_image = {name: name in ICONS or data.draw(st.booleans()) for name in files}
    images = {name: content for name, content in files.items() if is_image[name]}
    documents = {name: content for name, content in files.items() if not is_image[name]}
    images.setdefault("icon.png", PNG)
    images.pop("pass.json", None)
    documents.setdefault("pass.json", b"{}")

    sealed = seal(Images.of(images), documents, signer, AT)

    found = opened(sealed.as_bytes())
    manifest = json.loads(found.pop("manifest.json"))
    assert found.pop("signature")
    assert found == images | documents
    assert manifest == {name: sha1(found[name]).hexdigest() for name in found}  # noqa: S324  Apple's
    assert b64decode(sealed.as_base64(), validate=True) == sealed.as_bytes()


def peak_bytes(images: Images, signer: Signer, form: str) -> int:
    """What sealing holds at most beyond what was there before."""
    tracemalloc.start()
    try:
        sealed = seal(images, DOCUMENTS, signer, AT)
        if form != "none":
            getattr(sealed, form)()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("form", "copies"), [("none", 0), ("as_bytes", 1), ("as_base64", 4 / 3)])
def test_large_images_are_copied_once_and_only_into_the_answer(
    signer: Signer, form: str, copies: float
) -> None:
    size = 850_000
    images = Images.of({"icon.png": PNG, "strip@3x.png": bytes(size)})
    seal(images, DOCUMENTS, signer, AT).as_base64()  # the constant part is encoded at first use

    assert peak_bytes(images, signer, form) < copies * size + 50_000
    assert images.base64_head is images.base64_head
