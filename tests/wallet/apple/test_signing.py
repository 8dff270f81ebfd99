"""The signature against two oracles: cryptography's own builder and the openssl command."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

from infra.local.certificates import Authority, new_key, pass_certificate, pem_of, pem_of_key
from tests.certificates import openssl_accepts
from tests.needs import openssl
from wallet.apple.certificates import Cause, PrivateKey
from wallet.apple.signing import CertificateError, Signer

MANIFEST = b'{"pass.json":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}'
NOW = datetime.now(UTC).replace(microsecond=0)
TYPE, TEAM = "pass.com.example.card", "TEAM123456"
SHA_256 = bytes.fromhex("608648016503040201")
DETACHED = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]


@dataclass(frozen=True, slots=True)
class World:
    """All that a signer is made of, and a second intermediate of the same name."""

    root: Authority
    issuer: Authority
    namesake: Authority
    key: rsa.RSAPrivateKey
    leaf: x509.Certificate

    def leaf_for(self, key: PrivateKey, *, pass_type: str = TYPE) -> x509.Certificate:
        return pass_certificate(self.issuer, key, pass_type=pass_type, team=TEAM, now=NOW)

    def leaf_of(self, subject: dict[x509.ObjectIdentifier, str]) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(oid, text) for oid, text in subject.items()])
        return self.issuer.issue(name, self.key, [], days=1, now=NOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pem:
    """The arguments of Signer.from_pem."""

    key: bytes
    leaf: bytes
    intermediate: bytes
    password: bytes | None = None
    now: datetime = NOW

    def signer(self) -> Signer:
        return Signer.from_pem(
            key=self.key,
            leaf=self.leaf,
            intermediate=self.intermediate,
            password=self.password,
            now=self.now,
        )


@pytest.fixture(scope="module")
def world() -> World:
    root = Authority.root(now=NOW)
    issuer, key = root.intermediate(now=NOW), new_key()
    leaf = pass_certificate(issuer, key, pass_type=TYPE, team=TEAM, now=NOW)
    return World(root, issuer, root.intermediate(now=NOW), key, leaf)


@pytest.fixture(scope="module")
def pem(world: World) -> Pem:
    return Pem(
        key=pem_of_key(world.key),
        leaf=pem_of(world.leaf),
        intermediate=pem_of(world.issuer.certificate),
    )


def with_key(world: World, pem: Pem, key: PrivateKey) -> Pem:
    return replace(pem, key=pem_of_key(key), leaf=pem_of(world.leaf_for(key)))


@dataclass(frozen=True, slots=True)
class Node:
    """One DER value: its tag, with what it is constructed of or else the bytes that it holds."""

    tag: int
    children: tuple["Node", ...]
    value: bytes
    content: bytes = field(compare=False)

    def __getitem__(self, index: int) -> "Node":
        return self.children[index]


def nodes(der: bytes) -> tuple[Node, ...]:
    found: list[Node] = []
    while der:
        tag, size, start = der[0], der[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(der[2:start])
        content, der = der[start : start + size], der[start + size :]
        assert len(content) == size
        children = nodes(content) if tag & 0x20 else ()
        found.append(Node(tag, children, b"" if children else content, content))
    return tuple(found)


def signed_data(signature: bytes) -> Node:
    (content_info,) = nodes(signature)
    return content_info[1][0]


def signer_info(signature: bytes) -> Node:
    return signed_data(signature)[4][0]


def signing_time(signature: bytes) -> Node:
    """The value of the second attribute of the three, as DER sorts them."""
    return signer_info(signature)[3][1][1][0]


def time_of(signature: bytes) -> datetime:
    text = signing_time(signature).value.decode()
    return datetime.strptime(text, "%y%m%d%H%M%SZ").replace(tzinfo=UTC)


def by_openssl(pem: Pem, folder: Path) -> bytes:
    files = {"key": pem.key, "leaf": pem.leaf, "issuer": pem.intermediate, "manifest": MANIFEST}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = "cms -sign -binary -md sha256 -nosmimecap -outform DER -in manifest"
    signer = "-signer leaf -inkey key -certfile issuer"
    line = [openssl(), *command.split(), *signer.split()]
    return subprocess.run(line, cwd=folder, capture_output=True, check=True).stdout


def by_builder(world: World, key: PrivateKey, leaf: x509.Certificate) -> bytes:
    builder = PKCS7SignatureBuilder().set_data(MANIFEST).add_signer(leaf, key, SHA256())
    return builder.add_certificate(world.issuer.certificate).sign(Encoding.DER, DETACHED)


def without_null(node: Node) -> Node:
    """SHA-256 named as RFC 5754 asks; the builder adds the NULL that older practice knew."""
    children = node.children
    if children and children[0].value == SHA_256:
        children = children[:1]
    return replace(node, children=tuple(without_null(child) for child in children))


def test_every_byte_is_as_openssl_makes_it(pem: Pem, tmp_path: Path) -> None:
    oracle = by_openssl(pem, tmp_path)

    assert pem.signer().sign(MANIFEST, time_of(oracle)) == oracle


def test_every_field_is_as_the_builder_makes_it(world: World, pem: Pem) -> None:
    oracle = by_builder(world, world.key, world.leaf)

    ours = pem.signer().sign(MANIFEST, time_of(oracle))

    assert signed_data(ours) == without_null(signed_data(oracle))


def test_an_ec_signature_is_as_openssls_but_for_its_random_part(
    world: World, pem: Pem, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    given = with_key(world, pem, key)
    oracle = by_openssl(given, tmp_path)

    ours = given.signer().sign(MANIFEST, time_of(oracle))

    assert signed_data(ours).children[:4] == signed_data(oracle).children[:4]
    assert signer_info(ours).children[:5] == signer_info(oracle).children[:5]
    attributes = signer_info(ours)[3].content
    signed = bytes((0x31, len(attributes))) + attributes
    key.public_key().verify(signer_info(ours)[5].value, signed, ec.ECDSA(SHA256()))


KEYS: dict[str, Callable[[], PrivateKey]] = {
    "rsa 2048": new_key,
    "rsa 3072": lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
}


@pytest.mark.parametrize("year", [2026, 2050])
@pytest.mark.parametrize("kind", KEYS)
def test_openssl_accepts_it(world: World, pem: Pem, tmp_path: Path, kind: str, year: int) -> None:
    signature = with_key(world, pem, KEYS[kind]()).signer().sign(MANIFEST, NOW.replace(year=year))
    root = tmp_path / "root.pem"
    root.write_bytes(pem_of(world.root.certificate))

    assert openssl_accepts("cms", signature, MANIFEST, root)
    assert openssl_accepts("smime", signature, MANIFEST, root)
    assert not openssl_accepts("cms", signature, MANIFEST + b" ", root)
    assert not openssl_accepts("smime", signature, MANIFEST + b" ", root)


def test_openssl_reads_what_wallet_asks_for(pem: Pem, tmp_path: Path) -> None:
    at = datetime(2026, 11, 21, 12, 30, 59, tzinfo=UTC)
    path = tmp_path / "signature"
    path.write_bytes(pem.signer().sign(MANIFEST, at))

    command = [openssl(), "cms", "-cmsout", "-print", "-inform", "DER", "-in", str(path)]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout

    assert "eContent: <ABSENT>" in printed
    assert printed.count("algorithm: sha256 (2.16.840.1.101.3.4.2.1)") == 2
    assert "algorithm: rsaEncryption (1.2.840.113549.1.1.1)" in printed
    assert "UTCTIME:Nov 21 12:30:59 2026 GMT" in printed
    assert printed.count("d.certificate:") == 2
    for attribute in ("contentType", "signingTime", "messageDigest"):
        assert printed.count(f"object: {attribute} (") == 1


@pytest.mark.parametrize(
    ("at", "tag", "text"),
    [
        (datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC), 0x18, b"19491231235959Z"),
        (datetime(1950, 1, 1, tzinfo=UTC), 0x17, b"500101000000Z"),
        (datetime(2000, 2, 29, 1, 2, 3, 999_999, tzinfo=UTC), 0x17, b"000229010203Z"),
        (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), 0x17, b"491231235959Z"),
        (datetime(2050, 1, 1, tzinfo=UTC), 0x18, b"20500101000000Z"),
        (datetime(2050, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), 0x17, b"491231230000Z"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), 0x18, b"99991231235959Z"),
    ],
)
def test_the_signing_time_is_utc_and_of_the_right_kind(
    pem: Pem, at: datetime, tag: int, text: bytes
) -> None:
    value = signing_time(pem.signer().sign(MANIFEST, at))

    assert (value.tag, value.value) == (tag, text)


def test_a_signing_time_without_a_zone_is_refused(pem: Pem) -> None:
    with pytest.raises(ValueError, match="time zone"):
        pem.signer().sign(MANIFEST, datetime(2026, 1, 1))  # noqa: DTZ001 - the point of it


@pytest.mark.parametrize("size", [0, 1, 127, 128, 100_000])
def test_content_of_any_size_is_signed(pem: Pem, tmp_path: Path, world: World, size: int) -> None:
    root = tmp_path / "root.pem"
    root.write_bytes(pem_of(world.root.certificate))

    signature = pem.signer().sign(bytes(size), NOW)

    assert signer_info(signature)[3][2][1][0].value == sha256(bytes(size)).digest()
    assert openssl_accepts("cms", signature, bytes(size), root)


def test_a_serial_number_with_a_high_bit_stays_positive(world: World, pem: Pem) -> None:
    for bits in (7, 8, 15, 16, 127, 128, 159):
        leaf = leaf_with_serial(world, 2**bits - 1)
        signature = replace(pem, leaf=pem_of(leaf)).signer().sign(MANIFEST, NOW)
        oracle = by_builder(world, world.key, leaf)
        assert signer_info(signature)[1] == signer_info(oracle)[1]


def leaf_with_serial(world: World, number: int) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(world.leaf.subject)
        .issuer_name(world.leaf.issuer)
        .public_key(world.key.public_key())
        .serial_number(number)
        .not_valid_before(NOW)
        .not_valid_after(NOW)
    )
    return builder.sign(world.issuer.key, SHA256())


def test_a_signer_knows_its_pass_type_team_and_end(world: World, pem: Pem) -> None:
    signer = pem.signer()

    assert (signer.pass_type, signer.team) == (TYPE, TEAM)
    assert signer.not_after == world.leaf.not_valid_after_utc


def earlier(world: World, *, days: int) -> x509.Certificate:
    """The intermediate as it was certified that long ago, for ten years."""
    own = world.issuer.certificate
    issued = NOW - timedelta(days=days)
    return world.root.issue(own.subject, world.issuer.key, [], days=3650, now=issued)


def test_a_signer_ends_with_the_intermediate_when_that_ends_first(world: World, pem: Pem) -> None:
    ends_soon = earlier(world, days=3600)
    signer = replace(pem, intermediate=pem_of(ends_soon)).signer()

    assert signer.not_after == ends_soon.not_valid_after_utc < world.leaf.not_valid_after_utc


def test_a_key_with_a_password_is_read(world: World, pem: Pem) -> None:
    locked = replace(pem, key=locked_key(world), password=b"open sesame")

    assert locked.signer().sign(MANIFEST, NOW) == pem.signer().sign(MANIFEST, NOW)


def locked_key(world: World) -> bytes:
    lock = BestAvailableEncryption(b"open sesame")
    return world.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


def broken_key(world: World) -> bytes:
    """The right modulus and factors with wrong exponents: only its use shows it."""
    right = world.key.private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        p=right.p,
        q=right.q,
        d=right.d + 2,
        dmp1=right.dmp1 + 2,
        dmq1=right.dmq1,
        iqmp=right.iqmp,
        public_numbers=right.public_numbers,
    )
    return pem_of_key(wrong.private_key(unsafe_skip_rsa_key_validation=True))


def foreign_kind_of_key() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def weak_key() -> bytes:
    return pem_of_key(rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 - refused


def forged(world: World) -> bytes:
    """A leaf that names the intermediate and its key, signed by another."""
    forger = Authority(certificate=world.issuer.certificate, key=world.namesake.key)
    return pem_of(pass_certificate(forger, world.key, pass_type=TYPE, team=TEAM, now=NOW))


REFUSED: list[tuple[Cause, str, Callable[[World, Pem], Pem]]] = [
    (Cause.UNREADABLE, "private key", lambda _, pem: replace(pem, key=b"no key")),
    (Cause.UNREADABLE, "private key", lambda _, pem: replace(pem, password=b"not needed")),
    (Cause.UNREADABLE, "private key", lambda w, pem: replace(pem, key=locked_key(w))),
    (
        Cause.UNREADABLE,
        "private key",
        lambda w, pem: replace(pem, key=locked_key(w), password=b"wrong"),
    ),
    (Cause.UNREADABLE, "pass certificate", lambda _, pem: replace(pem, leaf=b"")),
    (Cause.UNREADABLE, "intermediate", lambda _, pem: replace(pem, intermediate=pem.key)),
    (Cause.KEY_KIND, "Ed25519", lambda _, pem: replace(pem, key=foreign_kind_of_key())),
    (Cause.KEY_KIND, "RSA", lambda _, pem: replace(pem, key=weak_key())),
    (
        Cause.KEY_KIND,
        "ECPrivateKey",
        lambda w, pem: with_key(w, pem, ec.generate_private_key(ec.SECP384R1())),
    ),
    (Cause.KEY_OF_ANOTHER, TYPE, lambda _, pem: replace(pem, key=pem_of_key(new_key()))),
    (Cause.KEY_OF_ANOTHER, TYPE, lambda w, pem: replace(pem, key=broken_key(w))),
    (
        Cause.KEY_OF_ANOTHER,
        TYPE,
        lambda _, pem: replace(pem, key=pem_of_key(ec.generate_private_key(ec.SECP256R1()))),
    ),
    (
        Cause.NO_UID,
        "com.example",
        lambda w, pem: replace(pem, leaf=pem_of(w.leaf_for(w.key, pass_type="com.example"))),
    ),
    (
        Cause.NO_UID,
        "OU=TEAM",
        lambda w, pem: replace(
            pem, leaf=pem_of(w.leaf_of({NameOID.ORGANIZATIONAL_UNIT_NAME: TEAM}))
        ),
    ),
    (
        Cause.NO_OU,
        TYPE,
        lambda w, pem: replace(pem, leaf=pem_of(w.leaf_of({NameOID.USER_ID: TYPE}))),
    ),
    (
        Cause.ISSUER_NAME,
        "Stempel Test Root CA",
        lambda w, pem: replace(pem, intermediate=pem_of(w.root.certificate)),
    ),
    (
        Cause.ISSUER_KEY,
        ", not ",
        lambda w, pem: replace(pem, intermediate=pem_of(w.namesake.certificate)),
    ),
    (Cause.ISSUER_SIGNATURE, TYPE, lambda w, pem: replace(pem, leaf=forged(w))),
    (
        Cause.NOT_YET_VALID,
        "pass certificate, from",
        lambda _, pem: replace(pem, now=NOW - timedelta(days=2)),
    ),
    (
        Cause.EXPIRED,
        "pass certificate, since",
        lambda _, pem: replace(pem, now=NOW + timedelta(days=826)),
    ),
    (
        Cause.EXPIRED,
        "intermediate, since",
        lambda w, pem: replace(pem, intermediate=pem_of(earlier(w, days=3700))),
    ),
]


@pytest.mark.parametrize(("cause", "detail", "change"), REFUSED)
def test_what_a_phone_would_refuse_is_refused_at_once(
    world: World, pem: Pem, cause: Cause, detail: str, change: Callable[[World, Pem], Pem]
) -> None:
    with pytest.raises(CertificateError) as refusal:
        change(world, pem).signer()

    assert refusal.value.cause == cause
    assert detail in refusal.value.detail
    assert str(refusal.value).startswith(cause)


def test_threads_share_a_signer(pem: Pem) -> None:
    signer = pem.signer()
    contents = [str(number).encode() for number in range(200)]

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda content: signer.sign(content, NOW), contents))

    assert together == [signer.sign(content, NOW) for content in contents]


def test_a_signer_cannot_be_changed_and_does_not_show_its_key(pem: Pem) -> None:
    signer = pem.signer()

    with pytest.raises(FrozenInstanceError):
        signer.team = "ANOTHER"  # type: ignore[misc]
    assert repr(signer) == (
        f"Signer(pass_type={TYPE!r}, team={TEAM!r}, not_after={signer.not_after!r})"
    )
