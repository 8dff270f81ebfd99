"""A world for tests: fresh tables, the product bound to them, and shops in it.

The tables are those of infra/resources.json; their names are new for each world, so that worlds do
not meet and nothing has to be emptied.
"""

import itertools
import json
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local import tables, template
from infra.local.stream import lambda_record
from tests.certificates import Chain
from tests.engine import NOBODY, Engine
from wallet import runtime
from wallet.clients import aws
from wallet.clients import secrets as secret_values
from wallet.clients.vault import MemberVault
from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.ids import ID_BYTES, ApiKeyId, MerchantId, ProgramId, encode_id, key_digest
from wallet.domain.merchants import Member, Merchant, Scope
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program
from wallet.runtime import wallets
from wallet.services.api_keys import make_key
from wallet.services.commit import Act
from wallet.services.enrol import Reception, enrol
from wallet.services.put_program import put_program

BASE_URL = "https://stempel.test"
MASTER = bytes(32)
STAMPS: Mapping[str, object] = {
    "name": "Kawiarnia",
    "kind": "stamps",
    "locale": "pl",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "stamps": {"target": 10},
    "rules": [{"id": "visit", "kind": "stamps_per_purchase", "stamps": 1}],
    "rewards": [{"id": "coffee", "name": "Kawa", "kind": "gift", "cost": {"stamps": 10}}],
    "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
}
POINTS: Mapping[str, object] = {
    "name": "Books",
    "kind": "points",
    "locale": "en",
    "currency": "EUR",
    "time_zone": "Europe/Dublin",
    "rules": [{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}],
    "rewards": [{"id": "tote", "name": "Bag", "kind": "gift", "cost": {"points": 50}}],
    "design": {"color": "#f2c230", "style": "ring", "picture": "book"},
}
_names = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A merchant with a key of the API and a programme of each kind."""

    merchant_id: MerchantId
    key_id: ApiKeyId
    secret: str
    stamps: Program
    points: Program

    def act(self, key: str, **request: object) -> Act:
        """The act of the shop's own system under an idempotency key. `request` tells it from
        others under the same one.
        """
        return Act(
            merchant_id=self.merchant_id,
            actor=f"key:{self.key_id}",
            digest=key_digest("api", key),
            fingerprint=fingerprint("test", request),
            now=runtime.now(),
        )

    def card(self, program: Program, **member: str) -> Card:
        """A new card."""
        person = Member(merchant_id=self.merchant_id, **member)
        act = self.act(f"card {next(_names)}")
        return enrol(reception(), act, program.id, person).card


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Fresh tables, to which the product is bound."""

    engine: Engine
    prefix: str
    core: str
    stats: str

    def shop(self) -> Shop:
        """A new merchant with all that it needs."""
        merchant_id = MerchantId(encode_id(secrets.token_bytes(ID_BYTES)))
        merchants, now = runtime.merchants(), runtime.now()
        merchants.add(Merchant(id=merchant_id, name="Shop", locale="en", created_at=now))
        new = make_key(
            merchants, secrets.token_bytes, merchant_id, name="own", scope=Scope.FULL, now=now
        )
        return Shop(
            merchant_id=merchant_id,
            key_id=new.key.id,
            secret=new.secret,
            stamps=_published(merchant_id, STAMPS),
            points=_published(merchant_id, POINTS),
        )

    def items(self, pk: str) -> list[dict[str, Any]]:
        """All items of the core table under a partition key, as the engine keeps them."""
        pages = self.engine.dynamodb.get_paginator("query").paginate(
            TableName=self.core,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
        )
        return [item for page in pages for item in page["Items"]]

    def put(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Writes items in the engine's own form into the core table, whatever stands there."""
        for start in range(0, len(items), 25):
            puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
            self.engine.dynamodb.batch_write_item(RequestItems={self.core: puts})

    def stream(self) -> "Stream":
        """The core table's stream, from its oldest record on."""
        table = self.engine.dynamodb.describe_table(TableName=self.core)["Table"]
        return Stream(self.engine.streams, table["LatestStreamArn"])

    def all_keys(self) -> set[tuple[str, str]]:
        """The keys of all items of the core table."""
        pages = self.engine.dynamodb.get_paginator("scan").paginate(
            TableName=self.core, ConsistentRead=True
        )
        return {(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]}


class Stream:
    """A reader of a stream, which keeps its place. The engine's streams have one shard."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client, self.arn = client, arn
        (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        place = {"StreamArn": arn, "ShardId": shard["ShardId"]}
        answer = client.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")
        self._iterator = answer["ShardIterator"]

    def new(self) -> list[dict[str, Any]]:
        """The records since the last call, oldest first, as Lambda hands them over."""
        records: list[dict[str, Any]] = []
        while True:
            answer = self._client.get_records(ShardIterator=self._iterator)
            self._iterator = answer["NextShardIterator"]
            if not answer["Records"]:
                return records
            records += [lambda_record(each, self.arn) for each in answer["Records"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What stands beside the tables: queues, a bucket, secrets."""

    push_queue: str
    dead_letters: str
    chain: Chain


def reception() -> Reception:
    """What an enrolment needs, with a master key of the test's."""
    return Reception(
        members=runtime.members(),
        programs=runtime.programs(),
        vault=MemberVault(lambda: MASTER, secrets.token_bytes),
        chance=secrets.token_bytes,
    )


@contextmanager
def fresh_world(engine: Engine) -> Iterator[World]:
    """New tables in the engine, and the product bound to them until the end of the block."""
    prefix = f"t{next(_names)}-"
    made = tables.make_tables(engine.dynamodb, prefix=prefix)
    with pytest.MonkeyPatch.context() as patch, _forgotten():
        patch.delenv("AWS_PROFILE", raising=False)
        _set(patch, {**NOBODY, "AWS_ENDPOINT_URL_DYNAMODB": engine.address, **_named(made)})
        patch.setenv("WALLET_BASE_URL", BASE_URL)
        yield World(engine=engine, prefix=prefix, core=made["CoreTable"], stats=made["StatsTable"])


@contextmanager
def services_of(world: World, address: str, chain: Chain) -> Iterator[Services]:
    """The queues, the bucket and the secrets of a world, in what answers at the address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        made = tables.make_all(aws.client, prefix=world.prefix)
        _set(patch, _named(made))
        for variable, value in _secrets(chain).items():
            patch.setenv(variable, world.prefix + variable)
            aws.client("secretsmanager").create_secret(
                Name=world.prefix + variable, SecretString=value
            )
        yield Services(
            push_queue=made["PushQueue"], dead_letters=made["PushDeadLetters"], chain=chain
        )


def _named(made: Mapping[str, str]) -> dict[str, str]:
    """The functions' environment, as the template has it, as far as the things in it are made."""
    wanted = template.variables().items()
    return {variable: made[thing] for variable, thing in wanted if thing in made}


def _set(patch: pytest.MonkeyPatch, environ: Mapping[str, str]) -> None:
    for name, value in environ.items():
        patch.setenv(name, value)


def _secrets(chain: Chain) -> dict[str, str]:
    parts = {"key": "leaf.key", "leaf": "leaf.pem", "intermediate": "intermediate.pem"}
    certificate = {part: chain.pem(name).decode() for part, name in parts.items()}
    return {
        "WALLET_PASS_CERTIFICATE_SECRET": json.dumps(certificate),
        "WALLET_MASTER_SECRET": b64encode(MASTER).decode(),
    }


@contextmanager
def _forgotten() -> Iterator[None]:
    """What the product keeps for the life of a process is forgotten, before and after."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    for module in (runtime, wallets, aws, secret_values):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
    runtime.use_clock(lambda: datetime.now(UTC))


def _published(merchant_id: MerchantId, terms: Mapping[str, object]) -> Program:
    program_id = ProgramId(f"{terms['kind']}-{next(_names)}")
    act = Act(
        merchant_id=merchant_id,
        actor="test",
        digest=key_digest("test", program_id),
        fingerprint=b"",
        now=runtime.now(),
    )
    return put_program(runtime.programs(), act, program_id, read_terms(terms)).program
