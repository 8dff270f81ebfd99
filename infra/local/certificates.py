"""The certificates of the local world and of the tests: stand-ins for Apple's, made on the spot.

    root ── intermediate (like Apple's "WWDR" G4) ── leaf (like a Pass Type ID certificate)
      └──── apns (the TLS server certificate of the fake APNs)

The keys of root and intermediate are forgotten once they have signed: nobody can add to a chain.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wallet.apple.certificates import CertificateError, PrivateKey
from wallet.apple.signing import Signer

FILES = ("root.pem", "intermediate.pem", "leaf.pem", "leaf.key", "apns.pem", "apns.key")
DEMO_TYPE = "pass.app.stempel.demo"
DEMO_TEAM = "STEMPEL001"

_AUTHORITY_DAYS = 3650
_LEAF_DAYS = 825
# A chain so near to its end is made anew: a world that starts today may run for weeks.
_MARGIN = timedelta(days=30)
# Clocks differ a little, and a test may set its own back a little.
_BACKDATED = timedelta(days=1)

# Apple's marks, as on its real certificates; none is critical there.
_PASS_SIGNING = x509.ObjectIdentifier("1.2.840.113635.100.4.14")
_PASS_TYPE_MARK = x509.ObjectIdentifier("1.2.840.113635.100.6.1.16")
_LEAF_MARK = x509.ObjectIdentifier("1.2.840.113635.100.6.3.2")
_INTERMEDIATE_MARK = x509.ObjectIdentifier("1.2.840.113635.100.6.2.1")
_DER_NULL = bytes.fromhex("0500")

_Extensions = Sequence[tuple[x509.ExtensionType, bool]]
"""Each with whether it is critical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate that issues others, with its key."""

    certificate: x509.Certificate
    key: PrivateKey

    @classmethod
    def root(cls, *, now: datetime) -> Self:
        """A new root, which signs itself."""
        key, name = new_key(), _name(cn="Stempel Test Root CA")
        extensions = _authority_extensions(key, path_length=None)
        builder = _builder(name, name, key, extensions, days=_AUTHORITY_DAYS, now=now)
        return cls(certificate=builder.sign(key, SHA256()), key=key)

    def intermediate(self, *, now: datetime) -> Self:
        """A new authority under this one, named like Apple's for passes."""
        cn = "Test Worldwide Developer Relations Certification Authority"
        key = new_key()
        extensions = [
            *_authority_extensions(key, path_length=0),
            (x509.UnrecognizedExtension(_INTERMEDIATE_MARK, _DER_NULL), False),
        ]
        certificate = self.issue(
            _name(cn=cn, ou="G4"), key, extensions, days=_AUTHORITY_DAYS, now=now
        )
        return type(self)(certificate=certificate, key=key)

    def issue(
        self,
        subject: x509.Name,
        key: PrivateKey,
        extensions: _Extensions,
        *,
        days: int,
        now: datetime,
    ) -> x509.Certificate:
        """A certificate for `key`, from a day before `now` to `days` after it."""
        own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)
        everything = [*extensions, (identifier, False)]
        issuer = self.certificate.subject
        builder = _builder(subject, issuer, key, everything, days=days, now=now)
        return builder.sign(self.key, SHA256())


def make_chain(
    folder: Path,
    *,
    pass_type: str = DEMO_TYPE,
    team: str = DEMO_TEAM,
    now: datetime,
) -> None:
    """See to it that `folder` holds FILES, which belong together and are good for a month.

    What is there and good is kept. Otherwise all of it is made anew, each file at once and
    readable by its owner only, so that a start that was cut short is made good by the next.
    """
    if _is_good(folder, pass_type=pass_type, team=team, now=now):
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in _new_chain(pass_type=pass_type, team=team, now=now).items():
        _write(folder / name, content)


def new_key() -> rsa.RSAPrivateKey:
    """RSA of 2048 bits, the kind that Apple certifies."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pass_certificate(
    issuer: Authority, key: PrivateKey, *, pass_type: str, team: str, now: datetime
) -> x509.Certificate:
    """A leaf as Apple issues it for a pass type: UID is the pass type, OU the team."""
    mark = bytes((0x0C, len(pass_type))) + pass_type.encode("ascii")  # a DER UTF8String
    extensions: _Extensions = [
        *_end_extensions(key, ExtendedKeyUsageOID.CLIENT_AUTH, _PASS_SIGNING),
        (x509.UnrecognizedExtension(_PASS_TYPE_MARK, mark), False),
        (x509.UnrecognizedExtension(_LEAF_MARK, _DER_NULL), False),
    ]
    subject = _name(uid=pass_type, cn=f"Pass Type ID: {pass_type}", ou=team)
    return issuer.issue(subject, key, extensions, days=_LEAF_DAYS, now=now)


def pem_of_key(key: PrivateKey) -> bytes:
    """PKCS #8, without a password."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def pem_of(certificate: x509.Certificate) -> bytes:
    """PEM."""
    return certificate.public_bytes(Encoding.PEM)


def _new_chain(*, pass_type: str, team: str, now: datetime) -> dict[str, bytes]:
    root = Authority.root(now=now)
    intermediate = root.intermediate(now=now)
    leaf_key, apns_key = new_key(), ec.generate_private_key(ec.SECP256R1())
    leaf = pass_certificate(intermediate, leaf_key, pass_type=pass_type, team=team, now=now)
    return {
        "root.pem": pem_of(root.certificate),
        "intermediate.pem": pem_of(intermediate.certificate),
        "leaf.pem": pem_of(leaf),
        "leaf.key": pem_of_key(leaf_key),
        "apns.pem": pem_of(_apns_certificate(root, apns_key, now=now)),
        "apns.key": pem_of_key(apns_key),
    }


def _apns_certificate(root: Authority, key: PrivateKey, *, now: datetime) -> x509.Certificate:
    hosts = x509.SubjectAlternativeName(
        [
            x509.DNSName("localhost"),
            x509.IPAddress(ip_address("127.0.0.1")),
            x509.IPAddress(ip_address("::1")),
        ]
    )
    extensions = [*_end_extensions(key, ExtendedKeyUsageOID.SERVER_AUTH), (hosts, False)]
    return root.issue(_name(cn="localhost"), key, extensions, days=_LEAF_DAYS, now=now)


def _is_good(folder: Path, *, pass_type: str, team: str, now: datetime) -> bool:
    try:
        files = {name: (folder / name).read_bytes() for name in FILES}
        signer = Signer.from_pem(
            key=files["leaf.key"],
            leaf=files["leaf.pem"],
            intermediate=files["intermediate.pem"],
            now=now,
        )
        ends = _check_root(files, now=now)
    except (FileNotFoundError, CertificateError, InvalidSignature, ValueError, TypeError):
        return False
    asked_for = (signer.pass_type, signer.team) == (pass_type, team)
    return asked_for and min(ends, signer.not_after) > now + _MARGIN


def _check_root(files: dict[str, bytes], *, now: datetime) -> datetime:
    """When root and server certificate end; ValueError, InvalidSignature where they are unfit."""
    root = x509.load_pem_x509_certificate(files["root.pem"])
    apns = x509.load_pem_x509_certificate(files["apns.pem"])
    x509.load_pem_x509_certificate(files["intermediate.pem"]).verify_directly_issued_by(root)
    apns.verify_directly_issued_by(root)
    if load_pem_private_key(files["apns.key"], None).public_key() != apns.public_key():
        raise ValueError("apns.key is another's")
    if max(root.not_valid_before_utc, apns.not_valid_before_utc) > now:
        raise ValueError("not valid yet")
    return min(root.not_valid_after_utc, apns.not_valid_after_utc)


def _write(path: Path, content: bytes) -> None:
    # A new temporary file has mode 0600, and takes its name only when all of it is on the disk.
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _name(*, cn: str, ou: str | None = None, uid: str | None = None) -> x509.Name:
    parts = {
        NameOID.USER_ID: uid,
        NameOID.COMMON_NAME: cn,
        NameOID.ORGANIZATIONAL_UNIT_NAME: ou,
        NameOID.ORGANIZATION_NAME: "Stempel Test",
    }
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts.items() if text])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    extensions: _Extensions,
    *,
    days: int,
    now: datetime,
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder


def _authority_extensions(key: PrivateKey, *, path_length: int | None) -> _Extensions:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage(is_authority=True), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]


def _end_extensions(key: PrivateKey, *purposes: x509.ObjectIdentifier) -> _Extensions:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(is_authority=False), True),
        (x509.ExtendedKeyUsage(purposes), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
