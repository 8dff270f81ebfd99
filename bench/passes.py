"""How near the sealing of a pass comes to its floor, one RSA-2048 signature.

`python -m bench.passes` prints a table and the figures. The contenders take turns, a slice each,
so that a noisy machine is noisy for all; what counts is CPU time against the floor of the round.
"""

import json
import random
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha1
from io import BytesIO
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from infra.local.certificates import make_chain
from wallet.apple.bundle import Images, Sealed, seal
from wallet.apple.signing import Signer

ROUNDS = 12
AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
SLICE_SECONDS = 0.05
BARS = {"pkpass_41k_rsa_floor_ratio": 0.80, "pkpass_850k_b64_rsa_floor_ratio": 0.60}

_DETACHED = [PKCS7Options.DetachedSignature, PKCS7Options.Binary]
_SHARES = {"icon": 0.04, "logo": 0.12, "strip": 0.84}
_SCALES = {"": 1 / 14, "@2x": 4 / 14, "@3x": 9 / 14}


@dataclass(slots=True)
class Contender:
    """Something that is done again and again, and how long it took in each round."""

    key: str
    title: str
    act: Callable[[], object]
    repeats: int = 2
    seconds: list[float] = field(default_factory=list)

    def warm_up(self) -> None:
        """Makes what is made on first use, and finds how many acts fill a slice."""
        self.act()
        self.repeats = max(2, int(SLICE_SECONDS / self._once()))

    def run_slice(self) -> None:
        """Notes the CPU seconds of one act, as the mean of a slice."""
        self.seconds.append(self._once())

    def _once(self) -> float:
        act, start = self.act, time.process_time()
        for _ in range(self.repeats):
            act()
        return (time.process_time() - start) / self.repeats


@dataclass(frozen=True, slots=True)
class Identity:
    """The key and certificates that all contenders share, as they come and as they are used."""

    key_pem: bytes
    key: RSAPrivateKey
    leaf: x509.Certificate
    intermediate: x509.Certificate
    signer: Signer


def measure() -> dict[str, float]:
    """Figures by name: milliseconds of CPU, and the share of the floor's speed that is reached."""
    return figures(raced(contenders(_identity())))


def raced(runners: list[Contender]) -> list[Contender]:
    """The runners, after ROUNDS in turn."""
    for runner in runners:
        runner.warm_up()
    for _ in range(ROUNDS):
        for runner in runners:
            runner.run_slice()
    return runners


def figures(runners: list[Contender]) -> dict[str, float]:
    """The best slice of each, and its ratio to the first, the floor: the median of the rounds."""
    found: dict[str, float] = {}
    for runner in runners:
        rounds = zip(runners[0].seconds, runner.seconds, strict=True)
        found[f"{runner.key}_cpu_ms"] = min(runner.seconds) * 1000
        found[f"{runner.key}_rsa_floor_ratio"] = median(floor / own for floor, own in rounds)
    return found


def contenders(identity: Identity) -> list[Contender]:
    """The floor first, then the peers' ways and ours."""
    small, large = pictures(41_000), pictures(850_000)
    ours = {size: Images.of(files) for size, files in (("41k", small), ("850k", large))}
    documents = _documents()
    content = bytes(700)

    def sealed(size: str) -> Sealed:
        return seal(ours[size], {"pass.json": next(documents)}, identity.signer, AT)

    def floor() -> bytes:
        return identity.key.sign(content, PKCS1v15(), SHA256())

    return [
        Contender("rsa2048_sign", "RSA-2048 signature, the floor", floor),
        Contender(
            "pkcs7_builder", "PKCS7SignatureBuilder alone", lambda: built(identity, content)
        ),
        Contender("pkpass_41k", "Stempel, 41 KB, bytes", lambda: sealed("41k").as_bytes()),
        Contender("pkpass_41k_b64", "Stempel, 41 KB, base64", lambda: sealed("41k").as_base64()),
        Contender("pkpass_850k", "Stempel, 850 KB, bytes", lambda: sealed("850k").as_bytes()),
        Contender(
            "pkpass_850k_b64", "Stempel, 850 KB, base64", lambda: sealed("850k").as_base64()
        ),
        Contender(
            "naive_41k", "builder + zipfile, 41 KB", lambda: naive(identity, small, documents)
        ),
        Contender(
            "naive_850k_b64",
            "builder + zipfile, 850 KB, base64",
            lambda: b64encode(naive(identity, large, documents)).decode(),
        ),
        Contender(
            "naive_reload_41k",
            "the same with the key read each time, 41 KB",
            lambda: naive(reloaded(identity), small, documents),
        ),
    ]


def built(identity: Identity, content: bytes) -> bytes:
    """The signature as cryptography's own builder makes it."""
    return (
        PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(identity.leaf, identity.key, SHA256())
        .add_certificate(identity.intermediate)
        .sign(Encoding.DER, _DETACHED)
    )


def naive(identity: Identity, images: dict[str, bytes], documents: Iterator[bytes]) -> bytes:
    """A pass as a careful first version makes it: all of it anew, but nothing compressed."""
    files = {**images, "pass.json": next(documents)}
    hashes = {name: sha1(data, usedforsecurity=False).hexdigest() for name, data in files.items()}
    manifest = json.dumps(hashes).encode()
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", manifest)
        archive.writestr("signature", built(identity, manifest))
    return file.getvalue()


def reloaded(identity: Identity) -> Identity:
    """With the key read from PEM once more, as most libraries do for every pass."""
    key = load_pem_private_key(identity.key_pem, None)
    assert isinstance(key, RSAPrivateKey)
    return replace(identity, key=key)


def pictures(total_bytes: int) -> dict[str, bytes]:
    """Nine images of that weight together. What is in them does not matter: none is looked at."""
    noise = random.Random(total_bytes)  # noqa: S311 - the same bytes in every run
    return {
        f"{name}{scale}.png": noise.randbytes(round(total_bytes * share * part))
        for name, share in _SHARES.items()
        for scale, part in _SCALES.items()
    }


def _identity() -> Identity:
    now = datetime.now(UTC)
    with TemporaryDirectory() as folder:
        make_chain(Path(folder), now=now)
        pem = {file.name: file.read_bytes() for file in Path(folder).iterdir()}
    key = load_pem_private_key(pem["leaf.key"], None)
    assert isinstance(key, RSAPrivateKey)
    return Identity(
        key_pem=pem["leaf.key"],
        key=key,
        leaf=x509.load_pem_x509_certificate(pem["leaf.pem"]),
        intermediate=x509.load_pem_x509_certificate(pem["intermediate.pem"]),
        signer=Signer.from_pem(
            key=pem["leaf.key"],
            leaf=pem["leaf.pem"],
            intermediate=pem["intermediate.pem"],
            now=now,
        ),
    )


def _documents() -> Iterator[bytes]:
    """A pass.json for one card after the other; writing it is part of what a pass costs."""
    for number in count():
        card = _store_card(number)
        yield json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode()


def _store_card(number: int) -> dict[str, object]:
    serial, stamps = f"{number:022}", number % 11
    return {
        "formatVersion": 1,
        "passTypeIdentifier": "pass.app.stempel.demo",
        "teamIdentifier": "STEMPEL001",
        "serialNumber": serial,
        "organizationName": "Café Równik",
        "description": "Karta stałego klienta Café Równik",
        "logoText": "Café Równik",
        "webServiceURL": "https://wallet.example.com/apple",
        "authenticationToken": f"{number:043}",
        "backgroundColor": "rgb(94, 52, 27)",
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(240, 214, 190)",
        "sharingProhibited": True,
        "suppressStripShine": True,
        "maxDistance": 150,
        "locations": [
            {"latitude": 52.2297, "longitude": 21.0122, "relevantText": "Kawa czeka"},
            {"latitude": 52.4064, "longitude": 16.9252, "relevantText": "Kawa czeka"},
        ],
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": serial,
                "messageEncoding": "iso-8859-1",
                "altText": "7K2M-9QXT-4B",
            }
        ],
        "storeCard": {
            "headerFields": [{"key": "stamps", "label": "PIECZĄTKI", "value": f"{stamps} z 10"}],
            "secondaryFields": [
                {"key": "next", "label": "DO NAGRODY", "value": f"jeszcze {10 - stamps}"},
                {"key": "member", "label": "NA NAZWISKO", "value": "Zofia Wiśniewska"},
            ],
            "auxiliaryFields": [{"key": "tier", "label": "POZIOM", "value": "Stały gość"}],
            "backFields": [
                {
                    "key": "news",
                    "label": "Co nowego",
                    "value": f"Masz {stamps} z 10 pieczątek.",
                    "changeMessage": "%@",
                },
                {
                    "key": "rules",
                    "label": "Zasady",
                    "value": "Jedna pieczątka za każdą kawę. Dziesiąta kawa jest na nasz koszt.",
                },
                {
                    "key": "card",
                    "label": "Twoja karta w przeglądarce",
                    "value": f"https://wallet.example.com/c/{serial}",
                    "dataDetectorTypes": ["PKDataDetectorTypeLink"],
                },
            ],
        },
    }


def _print_table(runners: list[Contender], found: dict[str, float]) -> None:
    print(f"{'best slice of ' + str(ROUNDS):<44}{'ms CPU':>9}{'per CPU-s':>11}{'of floor':>10}")
    for runner in runners:
        milliseconds = found[f"{runner.key}_cpu_ms"]
        ratio = found[f"{runner.key}_rsa_floor_ratio"]
        print(f"{runner.title:<44}{milliseconds:>9.3f}{1000 / milliseconds:>11.0f}{ratio:>10.1%}")
    for name, bar in BARS.items():
        print(f"{name} = {found[name]:.3f} (bar {bar:.2f})")


if __name__ == "__main__":
    _runners = raced(contenders(_identity()))
    _print_table(_runners, figures(_runners))
