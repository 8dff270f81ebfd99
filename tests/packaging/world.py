"""What stands around an unpacked zip: the engine for AWS, a fake APNs, a merchant with a key."""

import base64
import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session

from infra.local import tables, template
from infra.local.apns import FakeApns
from infra.local.apns import World as Phones
from infra.local.certificates import make_chain
from infra.local.engine import Engine

ROOT = Path(__file__).parents[2]
SERVED = "tests.packaging.served"
EVENTS = ROOT / "tests" / "events"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
CERTIFICATE = {"key": "leaf.key", "leaf": "leaf.pem", "intermediate": "intermediate.pem"}
BASE_URL = "https://stempel.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The environment of the functions, clients beside them, and the pushes that arrived."""

    environ: Mapping[str, str]
    pushed: list[str]

    def client(self, service: str) -> Any:
        return _client(service, self.environ["AWS_ENDPOINT_URL"])


@contextmanager
def running(folder: Path) -> Iterator[World]:
    engine = Engine(folder / "engine")
    engine.start()
    make_chain(folder / "keys", now=datetime.now(UTC))
    pushed: list[str] = []
    phones = Phones(
        known=lambda _: True,
        on_push=lambda token, *_: pushed.append(token),
        now=lambda: datetime.now(UTC),
    )
    apns = FakeApns(folder / "keys", phones)
    apns.start()
    try:
        yield World(environ=engine_env(engine, apns, folder / "keys"), pushed=pushed)
    finally:
        apns.stop()
        engine.stop()


def engine_env(engine: Engine, apns: FakeApns, keys: Path) -> dict[str, str]:
    """The environment that makes a function talk to this world and nobody else."""
    made = {
        **tables.make_all(lambda service: _client(service, engine.endpoint)),
        "PassCertificateSecret": template.default("PassCertificateSecret"),
        "MasterSecret": template.default("MasterSecret"),
        "BaseUrl": BASE_URL,
        "ApnsUrl": apns.url,
    }
    settings = template.variables().values()
    made |= {name: template.default(name) for name in settings if name not in made}
    texts = {name: (keys / file).read_text() for name, file in CERTIFICATE.items()}
    master = base64.b64encode(secrets.token_bytes(32)).decode()
    vault = _client("secretsmanager", engine.endpoint)
    vault.create_secret(Name=made["PassCertificateSecret"], SecretString=json.dumps(texts))
    vault.create_secret(Name=made["MasterSecret"], SecretString=master)
    return {
        **{name: made[thing] for name, thing in template.variables().items()},
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": engine.endpoint,
        "WALLET_APNS_CA_FILE": str(keys / "root.pem"),
    }


@cache
def _client(service: str, endpoint: str) -> Any:
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


# What the recordings in tests/events say; the longer ones first, for a link begins with its card.
RECORDED = {
    "link": "3zxQp4xBuu0IoQKBTAY3RA-5PIrvLQ77wNLkeXNNWjVnN",
    "card": "3zxQp4xBuu0IoQKBTAY3RA",
    "key": "sk_4p1oxxsQirXqLfmrElKcDK_6AHgdMs1wE5NmTkRxw6Obd1tFvsrrRHPt8y1yq4j6vsS",
    "program": "coffee",
    "token": "6nFoTMiKRsFjHP0LjGoiqE6b5n02cGjw",
}


def event(name: str, today: Mapping[str, str]) -> dict[str, Any]:
    """A recorded event, with the ids of its recording replaced by those of today."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    for kind, recorded in RECORDED.items():
        text = text.replace(recorded, today.get(kind, recorded))
    found: dict[str, Any] = json.loads(text)
    return found


@contextmanager
def served(python: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """The app of the work tree on the local server, in a process of its own; its port."""
    process = subprocess.Popen(
        [python, "-m", SERVED],
        cwd=ROOT,
        env={"AWS_DEFAULT_REGION": "eu-central-1", **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate(input="", timeout=20)
