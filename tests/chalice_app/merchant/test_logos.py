"""A logo: taken in once, shown on both faces, part of every pass from then on."""

import io
import zipfile

import pytest
from PIL import Image

from tests.chalice_app.desk import Desk
from tests.chalice_app.merchant.test_editor import NEW, document, filled, publish
from tests.chalice_app.merchant.visitor import Visitor, fields_of, text_of
from tests.chalice_app.phone import phone_with
from wallet import runtime
from wallet.domain.ids import ProgramId


def logo(kind: str = "PNG", size: tuple[int, int] = (600, 200)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#123456").save(file, kind)
    return file.getvalue()


def test_a_logo_reaches_the_passes(owner: Visitor, desk: Desk) -> None:
    program_id = publish(owner, name="With Logo")
    path = f"/console/programs/{program_id}"
    plain = pass_of(desk, program_id)
    reply = owner.upload(path, fields_of(owner.get(path), path), logo())
    assert reply.status == 303
    name = document(program_id)["design"]["logo"]
    served = owner.get(f"/logo/{name}.png")
    assert (served.status, served.headers["content-type"]) == (200, "image/png")
    assert "immutable" in served.headers["cache-control"]
    assert f'src="/logo/{name}.png"' in owner.get(path).body.decode()
    files = pass_of(desk, program_id)
    assert Image.open(io.BytesIO(files["logo@2x.png"])).size == (300, 100)
    assert Image.open(io.BytesIO(files["logo@3x.png"])).size == (450, 150)
    assert files["icon@2x.png"] == plain["icon@2x.png"]
    assert files["logo@2x.png"] != plain["logo@2x.png"]
    gone = {**fields_of(owner.get(path), path), "no_logo": "on"}
    assert owner.post(path, gone).status == 303
    assert "logo" not in document(program_id)["design"]


def pass_of(desk: Desk, program_id: str) -> dict[str, bytes]:
    """The files of a new card's pass."""
    program = runtime.programs().newest(ProgramId(program_id))
    assert program
    phone = phone_with(desk.enrol(program))
    with zipfile.ZipFile(io.BytesIO(phone.fetch().body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_logo_stays_while_another_field_is_put_right(owner: Visitor) -> None:
    reply = owner.upload(NEW, {**filled(owner), "name": ""}, logo("JPEG"))
    assert reply.status == 422
    again = {**fields_of(reply, NEW), "name": "Right"}
    program_id = owner.post(NEW, again).headers["location"].split("/")[-2]
    assert document(program_id)["design"]["logo"] == again["logo"]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is not a PNG, JPEG or WEBP picture."),
        (b"\x89PNG\r\n\x1a\nbroken", "is not a PNG, JPEG or WEBP picture."),
        (logo("GIF"), "is not a PNG, JPEG or WEBP picture."),
        (logo(size=(4001, 4000)), "more than 16 megapixels."),
        (b"\x89PNG\r\n\x1a\n" + bytes(4 * 1024 * 1024), "larger than 4 MB."),
        (bytes(5 * 1024 * 1024), "larger than 4 MB."),
    ],
)
def test_what_is_no_logo_is_refused_with_the_reason(
    owner: Visitor, desk: Desk, file: bytes, sentence: str
) -> None:
    with desk.untouched():
        reply = owner.upload(NEW, filled(owner), file)
    assert reply.status == 422
    assert sentence in text_of(reply)
    assert 'id="logo-error"' in reply.body.decode()


@pytest.mark.parametrize(
    "name", ["x.png", "0" * 32, f"{'0' * 32}.png", f"{'0' * 32}.svg", "..png"]
)
def test_an_unknown_logo_is_not_there(desk: Desk, name: str) -> None:
    assert Visitor().get(f"/logo/{name}").status == 404
