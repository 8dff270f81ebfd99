"""`python -m cli`: merchants, their API keys, and the sweep after an outage."""

import argparse
import secrets
import sys
from collections.abc import Sequence
from datetime import timedelta

from wallet import runtime
from wallet.domain.errors import NotFoundError, WalletError
from wallet.domain.ids import ID_BYTES, ApiKeyId, MerchantId, encode_id, is_id
from wallet.domain.merchants import ApiKey, Merchant, Scope
from wallet.domain.program_document import LOCALES, clean_text
from wallet.domain.times import read_time, write_time
from wallet.services.api_keys import list_keys, make_key, revoke_key
from wallet.services.follow_up import follow_up
from wallet.services.note_dues import note_again
from wallet.services.sweep import sweep


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. 0 when it is done, 1 with one line on stderr when it is refused."""
    given = _parser().parse_args(arguments)
    try:
        given.run(given)
    except NotFoundError as error:
        print(f"stempel: there is no such {error}", file=sys.stderr)
    except WalletError as error:
        print(f"stempel: {error}", file=sys.stderr)
    else:
        return 0
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cli", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    merchant = commands.add_parser("add-merchant", help="make a merchant with a first API key")
    merchant.add_argument("name", type=_name)
    merchant.add_argument("--locale", choices=LOCALES, default="en")
    merchant.set_defaults(run=_add_merchant)

    add = commands.add_parser("add-key", help="make an API key; its secret is shown this once")
    add.add_argument("merchant", type=_merchant_id)
    add.add_argument("name", type=_name, help="what the key is for, such as “web shop”")
    add.add_argument("--scope", choices=[str(scope) for scope in Scope], default="ledger")
    add.set_defaults(run=_add_key)

    keys = commands.add_parser("keys", help="list the API keys of a merchant")
    keys.add_argument("merchant", type=_merchant_id)
    keys.set_defaults(run=_keys)

    revoke = commands.add_parser("revoke-key", help="revoke an API key")
    revoke.add_argument("merchant", type=_merchant_id)
    revoke.add_argument("key", help="the key's id, as the command `keys` lists it")
    revoke.set_defaults(run=_revoke_key)

    after = commands.add_parser("sweep", help="make up for an outage of the stream since then")
    after.add_argument("since", help="an RFC 3339 time such as 2027-03-01T08:00:00Z")
    after.set_defaults(run=_sweep)
    return parser


def _add_merchant(given: argparse.Namespace) -> None:
    merchant = Merchant(
        id=MerchantId(encode_id(secrets.token_bytes(ID_BYTES))),
        name=given.name,
        locale=given.locale,
        created_at=runtime.now(),
    )
    runtime.merchants().add(merchant)
    print(f"merchant  {merchant.id}  {merchant.name}")
    _make_key(merchant.id, "first key", Scope.FULL)


def _add_key(given: argparse.Namespace) -> None:
    if runtime.merchants().merchant(given.merchant) is None:
        raise NotFoundError("merchant")
    _make_key(given.merchant, given.name, Scope(given.scope))


def _make_key(merchant_id: MerchantId, name: str, scope: Scope) -> None:
    new = make_key(
        runtime.merchants(),
        secrets.token_bytes,
        merchant_id,
        name=name,
        scope=scope,
        now=runtime.now(),
    )
    print(f"key       {new.key.id}  {scope}  {name}")
    print(f"secret    {new.secret}")
    print("The secret is not kept here. Copy it now.")


def _keys(given: argparse.Namespace) -> None:
    if runtime.merchants().merchant(given.merchant) is None:
        raise NotFoundError("merchant")
    for key in list_keys(runtime.merchants(), given.merchant):
        print(_line(key))


def _line(key: ApiKey) -> str:
    state = f"revoked {write_time(key.revoked_at)}" if key.revoked_at else "in use"
    made = write_time(key.created_at)
    return f"{key.id}  {key.scope:<6}  …{key.hint}  {made}  {state}  {key.name}"


def _revoke_key(given: argparse.Namespace) -> None:
    revoke_key(runtime.merchants(), given.merchant, ApiKeyId(given.key), runtime.now())
    print("Revoked. Functions that know the key may take it for a minute more.")


def _sweep(given: argparse.Namespace) -> None:
    since = read_time(given.since)
    if since is None or since > runtime.now() + timedelta(minutes=1):
        raise SweepTimeError(given.since)
    ledger, now = runtime.ledger(), runtime.now()
    count = sweep(ledger, runtime.push_queue(), since=since, now=now)
    changed = ledger.changed_since(since)
    note_again(runtime.agenda(), ledger, runtime.programs(), changed, now=now)
    changed = ledger.changed_since(since)
    follow_up(runtime.books(), runtime.statistics(), changed, now=now)
    print(f"{count} cards changed since then; each is queued, and phones that know are skipped.")


class SweepTimeError(WalletError):
    """The time to sweep from cannot be read, or has not come."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}” is not a past time such as 2027-03-01T08:00:00Z")


def _merchant_id(text: str) -> MerchantId:
    if not is_id(text):
        raise argparse.ArgumentTypeError(f"“{text}” is not a merchant's id")
    return MerchantId(text)


def _name(text: str) -> str:
    name = clean_text(text)
    if not name or len(name) > 60:  # noqa: PLR2004  as the names of programmes
        raise argparse.ArgumentTypeError("a name has 1 to 60 characters")
    return name


if __name__ == "__main__":
    sys.exit(main())
