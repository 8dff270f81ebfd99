"""What a pass is signed with, refused here where a phone would refuse its passes without a word.

A Pass Type ID certificate names the pass type (UID) and the team (OU) in its subject and is issued
by one of Apple's intermediates ("WWDR", today G4). Most passes that "cannot be installed" carry
the wrong intermediate, an expired one, or the key of another certificate.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from wallet.domain.errors import WalletError

_RSA_BITS_MIN = 2048

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Cause(StrEnum):
    """Why key and certificates cannot sign passes."""

    UNREADABLE = "not readable as PEM, or not with this password"
    KEY_KIND = "the key is neither RSA of 2048 bits or more nor EC P-256"
    KEY_OF_ANOTHER = "the private key does not belong to the pass certificate"
    NO_UID = "the subject of the pass certificate has no UID that starts with 'pass.'"
    NO_OU = "the subject of the pass certificate has no OU, the team"
    ISSUER_NAME = "the pass certificate was issued under another name than the intermediate's"
    ISSUER_KEY = "the pass certificate was issued with another key than the intermediate's"
    ISSUER_SIGNATURE = "the intermediate did not sign the pass certificate"
    NOT_YET_VALID = "not valid yet"
    EXPIRED = "expired"


class CertificateError(WalletError):
    """Key and certificates cannot sign passes: `cause` says why, `detail` names what was found."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause} ({detail})")
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A private key, its pass certificate and the intermediate, which belong together."""

    key: PrivateKey = field(repr=False)
    leaf: x509.Certificate
    intermediate: x509.Certificate
    pass_type: str
    team: str


def read_identity(
    *, key: bytes, leaf: bytes, intermediate: bytes, password: bytes | None, now: datetime
) -> Identity:
    """All three from PEM; CertificateError where they cannot sign passes at `now`."""
    certificate = _certificate(leaf, "pass certificate")
    issuer = _certificate(intermediate, "intermediate")
    _check_issued(certificate, issuer)
    _check_valid(certificate, "pass certificate", now)
    _check_valid(issuer, "intermediate", now)
    return Identity(
        key=_key_of(certificate, key, password),
        leaf=certificate,
        intermediate=issuer,
        pass_type=_pass_type(certificate),
        team=_team(certificate),
    )


def _certificate(pem: bytes, what: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise CertificateError(Cause.UNREADABLE, what) from error


def _key_of(leaf: x509.Certificate, pem: bytes, password: bytes | None) -> PrivateKey:
    key = _private_key(pem, password)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _RSA_BITS_MIN:
        belongs = key.public_key() == leaf.public_key() and _is_whole(key)
    elif isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        belongs = key.public_key() == leaf.public_key()
    else:
        raise CertificateError(Cause.KEY_KIND, type(key).__name__)
    if not belongs:
        raise CertificateError(Cause.KEY_OF_ANOTHER, _text(leaf.subject))
    return key


def _private_key(pem: bytes, password: bytes | None) -> PrivateKeyTypes:
    try:
        # The full check of an RSA key costs as much as a hundred signatures, at every cold start.
        # The key is our own, and _is_whole proves it by use.
        return load_pem_private_key(pem, password, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateError(Cause.UNREADABLE, "private key") from error


def _is_whole(key: rsa.RSAPrivateKey) -> bool:
    proof = b"proof"
    try:
        signature = key.sign(proof, PKCS1v15(), SHA256())
        key.public_key().verify(signature, proof, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _check_issued(leaf: x509.Certificate, issuer: x509.Certificate) -> None:
    """Names first: where the wrong one of Apple's intermediates is set, they tell which to get."""
    if leaf.issuer != issuer.subject:
        found = f"{_text(leaf.issuer)}, not {_text(issuer.subject)}"
        raise CertificateError(Cause.ISSUER_NAME, found)
    wanted, given = _authority_key(leaf), _subject_key(issuer)
    if wanted and given and wanted != given:
        raise CertificateError(Cause.ISSUER_KEY, f"{wanted.hex()}, not {given.hex()}")
    try:
        leaf.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateError(Cause.ISSUER_SIGNATURE, _text(leaf.subject)) from error


def _check_valid(certificate: x509.Certificate, what: str, now: datetime) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        raise CertificateError(Cause.NOT_YET_VALID, f"{what}, from {begins.isoformat()}")
    if now > ends:
        raise CertificateError(Cause.EXPIRED, f"{what}, since {ends.isoformat()}")


def _pass_type(leaf: x509.Certificate) -> str:
    for name in _values(leaf.subject, NameOID.USER_ID):
        if name.startswith("pass."):
            return name
    raise CertificateError(Cause.NO_UID, _text(leaf.subject))


def _team(leaf: x509.Certificate) -> str:
    for name in _values(leaf.subject, NameOID.ORGANIZATIONAL_UNIT_NAME):
        return name
    raise CertificateError(Cause.NO_OU, _text(leaf.subject))


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    found = (attribute.value for attribute in name.get_attributes_for_oid(oid))
    return [value for value in found if isinstance(value, str)]


def _text(name: x509.Name) -> str:
    return name.rfc4514_string()


def _authority_key(certificate: x509.Certificate) -> bytes | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return found.value.key_identifier


def _subject_key(certificate: x509.Certificate) -> bytes | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return found.value.digest
