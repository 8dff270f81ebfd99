"""The signature of a pass, and the only module that knows CMS (PKCS #7).

Wallet wants the file `signature` to be a CMS SignedData (RFC 5652) over `manifest.json`: detached,
with the pass certificate and Apple's intermediate inside, and with a signing time.

    ContentInfo
      SignedData: version 1, SHA-256, no content, certificates
        SignerInfo: version 1, issuer and serial number, SHA-256
          signed attributes: content type, signing time, message digest
          signature algorithm, signature over the attributes

From one pass to the next only the time, the digest and the signature change. All else is encoded
once, when the signer is made, so that a pass costs hardly more than its RSA signature. The tests
compare with cryptography's builder and with the openssl command.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from wallet.apple.certificates import CertificateError, Identity, PrivateKey, read_identity

__all__ = ["CertificateError", "Signer"]

# Identifiers, as DER. The RFC that names each stands beside it.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # RFC 5652, section 5.1
_DATA = bytes.fromhex("06092a864886f70d010701")  # RFC 5652, section 4
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")  # RFC 5652, section 11.1
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")  # RFC 5652, section 11.2
_SIGNING_TIME = bytes.fromhex("06092a864886f70d010905")  # RFC 5652, section 11.3
_SHA_256 = bytes.fromhex("300b0609608648016503040201")  # RFC 5754, section 2: no parameters
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")  # RFC 3370, section 3.2: NULL parameters
_ECDSA_SHA_256 = bytes.fromhex("300a06082a8648ce3d040302")  # RFC 5754, section 3.3
_VERSION_1 = bytes.fromhex("020101")

_INTEGER, _OCTETS, _UTC_TIME, _GENERALIZED_TIME = 0x02, 0x04, 0x17, 0x18
_SEQUENCE, _SET, _TAGGED_0 = 0x30, 0x31, 0xA0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A checked pass certificate with its key. It never changes, so threads may share it."""

    pass_type: str
    team: str
    not_after: datetime
    """When the first of the two certificates ends. Wallet refuses what is signed later."""
    _sign: Callable[[bytes], bytes] = field(repr=False)
    _head: bytes = field(repr=False)
    _signer_head: bytes = field(repr=False)
    _algorithm: bytes = field(repr=False)

    @classmethod
    def from_pem(
        cls,
        *,
        key: bytes,
        leaf: bytes,
        intermediate: bytes,
        password: bytes | None = None,
        now: datetime,
    ) -> Self:
        """A signer for the pass type that `leaf` names.

        CertificateError where a phone would refuse its passes at `now`.
        """
        identity = read_identity(
            key=key, leaf=leaf, intermediate=intermediate, password=password, now=now
        )
        ends = (identity.leaf.not_valid_after_utc, identity.intermediate.not_valid_after_utc)
        sign, algorithm = _signing(identity.key)
        return cls(
            pass_type=identity.pass_type,
            team=identity.team,
            not_after=min(ends),
            _sign=sign,
            _head=_signed_data_head(identity),
            _signer_head=_signer_info_head(identity),
            _algorithm=algorithm,
        )

    def sign(self, manifest: bytes, at: datetime) -> bytes:
        """The detached DER signature over `manifest`, with `at` as its time, in whole seconds."""
        # DER sorts a SET by the encodings of its members. These differ in their second byte, the
        # length (24; 28 or 30; 47), so this is the order, whatever they hold.
        digest = sha256(manifest).digest()
        attributes = b"".join((_CONTENT_ATTRIBUTE, _time_attribute(at), _DIGEST_HEAD, digest))
        # RFC 5652, section 5.4: signed under the tag of a SET, stored under the tag [0].
        signature = self._sign(_der(_SET, attributes))
        signer_info = _der(
            _SEQUENCE,
            self._signer_head,
            _der(_TAGGED_0, attributes),
            self._algorithm,
            _der(_OCTETS, signature),
        )
        signed_data = _der(_SEQUENCE, self._head, _der(_SET, signer_info))
        return _der(_SEQUENCE, _SIGNED_DATA, _der(_TAGGED_0, signed_data))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:  # noqa: PLR2004 - X.690, section 8.1.3.4: a short length is its own byte
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


_CONTENT_ATTRIBUTE = _der(_SEQUENCE, _CONTENT_TYPE, _der(_SET, _DATA))
# The whole attribute but for the digest, which ends it.
_DIGEST_HEAD = _der(_SEQUENCE, _MESSAGE_DIGEST, _der(_SET, _der(_OCTETS, bytes(32))))[:-32]


def _time_attribute(at: datetime) -> bytes:
    """RFC 5652, section 11.3: two digits of the year from 1950 to 2049, four in other years."""
    if at.tzinfo is None:
        raise ValueError("the signing time needs a time zone")
    at = at.astimezone(UTC)
    if 1950 <= at.year < 2050:  # noqa: PLR2004 - the years of the rule above
        time = _der(_UTC_TIME, at.strftime("%y%m%d%H%M%SZ").encode())
    else:
        time = _der(_GENERALIZED_TIME, f"{at.year:04}{at:%m%d%H%M%SZ}".encode())
    return _der(_SEQUENCE, _SIGNING_TIME, _der(_SET, time))


def _signing(key: PrivateKey) -> tuple[Callable[[bytes], bytes], bytes]:
    """How to sign with the key, and the name of that algorithm."""
    if isinstance(key, RSAPrivateKey):
        return partial(key.sign, padding=PKCS1v15(), algorithm=SHA256()), _RSA
    return partial(key.sign, signature_algorithm=ECDSA(SHA256())), _ECDSA_SHA_256


def _signed_data_head(identity: Identity) -> bytes:
    pair = (identity.leaf, identity.intermediate)
    certificates = _der(_TAGGED_0, *sorted(one.public_bytes(Encoding.DER) for one in pair))
    return b"".join((_VERSION_1, _der(_SET, _SHA_256), _der(_SEQUENCE, _DATA), certificates))


def _signer_info_head(identity: Identity) -> bytes:
    number = identity.leaf.serial_number
    # One bit more than the number has: a DER integer is signed.
    serial = _der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))
    issuer = identity.leaf.issuer.public_bytes()
    return b"".join((_VERSION_1, _der(_SEQUENCE, issuer, serial), _SHA_256))
