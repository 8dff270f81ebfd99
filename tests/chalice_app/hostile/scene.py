"""A shop with everything that an address can name, and a rival of which nobody may hear."""

import json
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.chalice_app.desk import Clock, Desk, open_desk
from tests.chalice_app.engine_shop import Counterpart, market
from tests.chalice_app.merchant.visitor import Visitor
from tests.chalice_app.phone import Phone, phone_with
from tests.chalice_app.till.counter import Till, pair
from tests.chalice_app.till_system import TillSystem, till_system
from tests.world import Shop, World
from wallet import runtime
from wallet.domain.entries import first_broken
from wallet.domain.ids import ID_BYTES, MerchantId, encode_id
from wallet.domain.merchants import Scope
from wallet.domain.programs import Program
from wallet.services import tills
from wallet.services.api_keys import list_keys, make_key
from wallet.services.hooks import list_hooks
from wallet.services.sessions import SessionKind, find_session, make_ticket
from wallet.services.sign_up import PURPOSE, TICKET_LIFETIME

RIVAL = "Zzyzx"
Records = list[dict[str, Any]]


class Outbox(list[Any]):
    """Keeps what would have been mailed."""

    send = list.append


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another tenant: its ids, as they would stand in an address or a field, and its words."""

    desk: Desk
    ids: dict[str, str]
    words: tuple[str, ...]
    card: dict[str, Any]

    @property
    def shop(self) -> Shop:
        """The merchant."""
        return self.desk.shop

    def check_untouched(self) -> None:
        """The card is as it was made."""
        assert self.desk.card(self.ids["card_id"]) == self.card


@dataclass(kw_only=True)
class Scene:
    """One shop's own corner of the world. What can be used up is made new for each use."""

    desk: Desk
    clock: Clock

    @property
    def merchant(self) -> MerchantId:
        return self.desk.shop.merchant_id

    @cached_property
    def stamps(self) -> dict[str, Any]:
        """A card that is full many times over."""
        return self._card(self.desk.shop.stamps, stamps=990)

    @cached_property
    def points(self) -> dict[str, Any]:
        """A card of the programme with points."""
        return self._card(self.desk.shop.points, points=5000)

    @cached_property
    def market(self) -> Counterpart:
        """A programme with all that the engine has."""
        return market(self.desk)

    @cached_property
    def till(self) -> Till:
        """A paired browser."""
        return pair(self.merchant, Accept_Language="hu")

    @cached_property
    def till_system(self) -> TillSystem:
        """What tells of sales through a hook."""
        return till_system(self.desk)

    @cached_property
    def phone(self) -> Phone:
        """A phone with the pass."""
        return phone_with(self.stamps)

    @cached_property
    def owner(self) -> tuple[str, str]:
        """A session of the console: its cookie, and the token for its forms."""
        return self.new_owner()

    def new_owner(self) -> tuple[str, str]:
        """Another one."""
        cookie = Visitor().sign_in(self.merchant).cookies["__Host-console"]
        session = find_session(runtime.edge(), SessionKind.CONSOLE, cookie, now=runtime.now())
        assert session
        return cookie, session.csrf

    def entry(self) -> str:
        """An entry that can be taken back."""
        return str(self.desk.earn(self.stamps["id"], stamps=1)["id"])

    def new_hold(self) -> str:
        """A reward that is put by."""
        card = self.market.card(points=100)
        held = self.market.done(card, "holds", reward_id="five", minutes=5)
        return str(held["entry"]["id"])

    def till_entry(self) -> str:
        """An entry of this till, which it can undo."""
        self.clock.forward(minutes=6)
        said = self.till.said("earn", card=self.stamps["id"], stamps="1", again="1")
        return str(said["screen"].rpartition('name="entry" value="')[2].partition('"')[0])

    def link(self) -> str:
        """What stands in the link of the card with stamps: whoever has it is its holder."""
        return str(self.stamps["links"]["card"]).rpartition("/")[2]

    def new_hook(self) -> str:
        """A hook that can be given another secret, or closed."""
        return till_system(self.desk).hook_id

    def new_till(self) -> str:
        """A till that can be closed."""
        return pair(self.merchant, "Made").id

    def api_key(self) -> str:
        """A key that can be revoked."""
        made = make_key(
            runtime.merchants(),
            secrets.token_bytes,
            self.merchant,
            name="made",
            scope=Scope.LEDGER,
            now=runtime.now(),
        )
        return str(made.key.id)

    def sign_in_link(self) -> str:
        """The token of a link for an address that nobody has used."""
        email = f"{secrets.token_hex(6)}@owner.example"
        data = {"email": email, "language": "hu"}
        door, now = runtime.door(), runtime.now()
        return make_ticket(
            door.edge, door.chance, PURPOSE, data, lifetime=TICKET_LIFETIME, now=now
        )

    def pairing_code(self) -> str:
        """A code that makes a browser a till."""
        return tills.start_pairing(runtime.tillbox(), self.merchant, now=runtime.now())

    def claim_token(self) -> str:
        """A purchase that waits for its card."""
        reply = self.till_system.sale(secrets.token_hex(8), None, 1250)
        return str(reply.json["claim"]["url"]).rpartition("/")[2]

    def check_books(self) -> None:
        """The cards are what their entries say, counted here; what the merchant has, reads."""
        for card in (self.stamps, self.points):
            entries = self._entries(card["id"])
            assert [each["seq"] for each in entries] == list(range(1, len(entries) + 1))
            assert first_broken(json.loads(json.dumps(entries))) is None
            balance = self.desk.card(card["id"])["balance"]
            for unit in ("stamps", "points"):
                assert balance[unit] == sum(entry[unit] for entry in entries) >= 0
        assert list_keys(runtime.merchants(), self.merchant)
        assert runtime.tillbox().tills.tills(self.merchant) is not None
        assert list_hooks(runtime.hook_rack(), self.merchant) is not None
        for program_id in runtime.programs().of_merchant(self.merchant):
            assert runtime.programs().newest(program_id)

    def _card(self, program: Program, **gift: int) -> dict[str, Any]:
        email = f"{secrets.token_hex(4)}@member.example"
        card = self.desk.enrol(program, name="Marta", email=email, phone="+48601000200")
        self.desk.earn(card["id"], **gift)
        return card

    def _entries(self, card_id: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        query = {"limit": "100"}
        while True:
            page = self.desk.call("GET", f"/cards/{card_id}/entries", query=query).json
            entries += page["entries"]
            if page["cursor"] is None:
                return entries[::-1]
            query["cursor"] = page["cursor"]


def new_key() -> str:
    """A key as a page draws one for each form."""
    return encode_id(secrets.token_bytes(ID_BYTES))


def make_rival(world: World, clock: Clock) -> Rival:
    """Another tenant, every name of whose begins alike, to be looked for in what others get."""
    desk = open_desk(world)
    card = desk.enrol(
        desk.shop.stamps, name=f"{RIVAL} Q", email=f"q@{RIVAL}.example", phone="+48609111222"
    )
    entry = desk.earn(card["id"], stamps=1)
    till = pair(desk.shop.merchant_id, f"{RIVAL} till")
    system = till_system(desk)
    ids = {
        "card_id": card["id"],
        "entry_id": entry["id"],
        "program_id": desk.shop.stamps.id,
        "till_id": till.id,
        "hook_id": system.hook_id,
        "key_id": Scene(desk=desk, clock=clock).api_key(),
        "serial": card["serial"],
        "barcode": card["barcode"],
        "card_code": card["code"],
        "email": f"q@{RIVAL}.example",
        "phone": "+48609111222",
    }
    token = card["links"]["card"].rpartition("/")[2]
    words = (RIVAL, RIVAL.lower(), token, system.secret, desk.shop.secret, till.cookie, till.csrf)
    return Rival(desk=desk, ids=ids, words=words, card=desk.card(card["id"]))
