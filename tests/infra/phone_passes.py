"""Passes for the phone's tests: their fields and pictures, signed by certificates made here."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw

PASS_TYPE = "pass.test.stempel"
TEAM = "TESTTEAM00"
ROOT = "Test Root"
Files = dict[str, bytes]

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A root, an intermediate, and a pass certificate with its key."""

    root: x509.Certificate
    between: x509.Certificate
    leaf: x509.Certificate
    key: rsa.RSAPrivateKey

    def sign(self, manifest: bytes) -> bytes:
        """Sign a manifest as Apple asks: detached CMS, SHA-256, with the time."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
        signed = builder.add_signer(self.leaf, self.key, hashes.SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return signed.add_certificate(self.between).sign(serialization.Encoding.DER, options)

    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)


@cache
def chain(team: str, root_name: str) -> Chain:
    """Make a chain, once for each team and root."""
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, root_name)]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Developer Relations")]),
        x509.Name(
            [
                x509.NameAttribute(NameOID.USER_ID, PASS_TYPE),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, team),
            ]
        ),
    ]
    issuers = [(names[0], keys[0]), (names[0], keys[0]), (names[1], keys[1])]
    root, between, leaf = (
        _certificate(name, key, issuer)
        for name, key, issuer in zip(names, keys, issuers, strict=True)
    )
    return Chain(root=root, between=between, leaf=leaf, key=keys[2])


def _certificate(
    name: x509.Name, key: rsa.RSAPrivateKey, issuer: tuple[x509.Name, rsa.RSAPrivateKey]
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=issuer[0], subject_name=name, public_key=key.public_key()
    )
    now = datetime.now(tz=UTC)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1))
    return builder.not_valid_after(now + timedelta(days=30)).sign(issuer[1], hashes.SHA256())


@dataclass(slots=True, kw_only=True)
class Card:
    """A pass as it is now; the version counts its changes."""

    serial: str
    fields: dict[str, list[dict[str, Any]]]
    images: dict[str, bytes]
    top: dict[str, Any] = field(default_factory=dict)
    version: int = 1
    token: str = "a token of at least sixteen letters"

    @property
    def last_modified(self) -> str:
        return format_datetime(FIRST_DAY + timedelta(seconds=self.version), usegmt=True)


def stamp_fields(stamps: int, target: int = 10) -> dict[str, list[dict[str, Any]]]:
    """The fields of a stamp card, shaped like the product's: one of them speaks of changes."""
    news = f"{target - stamps} more stamps: Free coffee"
    return {
        "headerFields": [{"key": "balance", "label": "Stamps", "value": f"{stamps} / {target}"}],
        "secondaryFields": [{"key": "reward", "label": "Reward", "value": "Free coffee"}],
        "backFields": [
            {"key": "news", "label": "Your card", "value": news, "changeMessage": "%@"},
            {"key": "link", "label": "Card", "value": "https://example.test/c/1"},
        ],
    }


def stamp_images(stamps: int, target: int = 10) -> dict[str, bytes]:
    """Plain pictures: paper, rings, and a disc where a stamp was given."""
    strip = Image.new("RGB", (750, 288), "#faf5ea")
    draw = ImageDraw.Draw(strip)
    for place in range(target):
        x, y = 102 + 137 * (place % 5), 82 + 123 * (place // 5)
        ink = "#205c45" if place < stamps else None
        draw.ellipse((x - 46, y - 46, x + 46, y + 46), fill=ink, outline="#766d5c", width=3)
    plain = Image.new("RGB", (114, 114), "#205c45")
    return {"icon@2x.png": _png(plain), "logo@2x.png": _png(plain), "strip@2x.png": _png(strip)}


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def zipped(files: Mapping[str, bytes], *, deflate: bool = False) -> bytes:
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sealed(files: Mapping[str, bytes], *, team: str = TEAM, root: str = ROOT) -> dict[str, bytes]:
    """Add manifest and signature to the files of a pass."""
    hashed = {name: hashlib.sha1(data, usedforsecurity=False) for name, data in files.items()}
    manifest = json.dumps({name: digest.hexdigest() for name, digest in hashed.items()}).encode()
    signature = chain(team, root).sign(manifest)
    return {**files, "manifest.json": manifest, "signature": signature}


def flipped(name: str) -> Callable[[Files], Files]:
    def tampered(content: Files) -> Files:
        data = bytearray(content[name])
        data[len(data) // 2] ^= 1
        return {**content, name: bytes(data)}

    return tampered
