"""The made-up chain: whole, kept while it is good, made anew as a whole when it is not."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from infra.local.certificates import FILES, make_chain
from wallet.apple.signing import Signer

NOW = datetime.now(UTC).replace(microsecond=0)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def signer(folder: Path, now: datetime = NOW) -> Signer:
    return Signer.from_pem(
        key=(folder / "leaf.key").read_bytes(),
        leaf=(folder / "leaf.pem").read_bytes(),
        intermediate=(folder / "intermediate.pem").read_bytes(),
        now=now,
    )


def test_a_chain_is_six_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "keys"

    make_chain(folder, now=NOW)

    assert contents(folder).keys() == set(FILES)
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_leaf_is_like_apples(tmp_path: Path) -> None:
    make_chain(tmp_path, pass_type="pass.com.example", team="TEAM123456", now=NOW)

    made = signer(tmp_path)
    assert (made.pass_type, made.team) == ("pass.com.example", "TEAM123456")
    leaf = x509.load_pem_x509_certificate((tmp_path / "leaf.pem").read_bytes())
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    assert x509.ObjectIdentifier("1.2.840.113635.100.4.14") in purposes
    assert "OU=G4" in leaf.issuer.rfc4514_string()
    assert made.not_after == NOW + timedelta(days=825)


def test_a_good_chain_is_kept(tmp_path: Path) -> None:
    make_chain(tmp_path, now=NOW)
    before = contents(tmp_path)

    make_chain(tmp_path, now=NOW + timedelta(days=700))

    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "cut short", "another chain's"])
def test_a_damaged_chain_is_made_anew_as_a_whole(tmp_path: Path, name: str, damage: str) -> None:
    folder, other = tmp_path / "keys", tmp_path / "other"
    make_chain(folder, now=NOW)
    before = contents(folder)
    if damage == "missing":
        (folder / name).unlink()
    elif damage == "cut short":
        (folder / name).write_bytes(before[name][:100])
    else:
        make_chain(other, now=NOW)
        (folder / name).write_bytes((other / name).read_bytes())

    make_chain(folder, now=NOW)

    after = contents(folder)
    assert after.keys() == set(FILES)
    assert all(after[file] != before[file] for file in FILES)
    assert signer(folder).pass_type == "pass.app.stempel.demo"


@pytest.mark.parametrize(
    "change",
    [
        {"pass_type": "pass.com.example"},
        {"team": "ANOTHER000"},
        {"now": NOW + timedelta(days=800)},
        {"now": NOW - timedelta(days=2)},
    ],
)
def test_a_chain_that_does_not_fit_is_made_anew(
    tmp_path: Path, change: dict[str, str | datetime]
) -> None:
    make_chain(tmp_path, now=NOW)
    before = contents(tmp_path)

    make_chain(tmp_path, **{"now": NOW, **change})  # type: ignore[arg-type]

    assert contents(tmp_path)["leaf.pem"] != before["leaf.pem"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_mutual_tls_between_push_client_and_fake_apns(tmp_path: Path, host: str) -> None:
    make_chain(tmp_path, now=NOW)
    presented = tmp_path / "presented.pem"
    presented.write_bytes(
        (tmp_path / "leaf.pem").read_bytes() + (tmp_path / "intermediate.pem").read_bytes()
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tmp_path / "root.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_cert_chain(tmp_path / "apns.pem", tmp_path / "apns.key")
    client = ssl.create_default_context(cafile=tmp_path / "root.pem")
    client.load_cert_chain(presented, tmp_path / "leaf.key")
    for context in (server, client):
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # Python 3.13 does so by itself

    subject = handshake(client, server, host)

    assert "pass.app.stempel.demo" in subject


def handshake(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> str:
    """The subject that the server sees of the client, after a handshake in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=host)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    found = theirs.getpeercert()
    assert found is not None
    return str(found["subject"])
