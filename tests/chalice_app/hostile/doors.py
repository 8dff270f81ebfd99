"""How each address is used rightly, so that it can be used wrongly in one place at a time.

A row a target of the table of addresses; a target that takes several kinds of message has several.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from chalice_app.static_files import static_url
from tests.chalice_app.hostile.fields import (
    EDITED,
    ITEM,
    PAID,
    Fields,
    bought,
    edited,
    enrolled,
    form,
    joined,
    joined_from_a_site,
    printed,
    published,
    refunded,
    shown,
    told,
    undone,
)
from tests.chalice_app.hostile.scene import Scene, new_key
from tests.chalice_app.phone import TOKEN
from wallet import runtime

Who = Literal["nobody", "owner", "till", "key", "phone", "hook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who comes with what. `params` fill the path, `fields` are the form or the JSON document.

    `limited`: only so many tries in ten minutes. `public`: any shop's is anybody's to use.
    """

    who: Who = "nobody"
    sends: Literal["nothing", "form", "json"] = "nothing"
    fields: Callable[[Scene], Fields] = lambda _: {}
    params: Callable[[Scene], Mapping[str, str]] = lambda _: {}
    query: Mapping[str, str] = field(default_factory=dict)
    limited: bool = False
    public: bool = False


def _id(name: str, make: Callable[[Scene], str]) -> Callable[[Scene], Mapping[str, str]]:
    return lambda scene: {name: make(scene)}


_held = _id("entry_id", Scene.new_hold)
_stamp_card = _id("card_id", lambda scene: scene.stamps["id"])
_program = _id("program_id", lambda scene: scene.desk.shop.stamps.id)
_hook = _id("hook_id", lambda scene: scene.till_system.hook_id)
_new_hook = _id("hook_id", Scene.new_hook)
_new_till = _id("till_id", Scene.new_till)
_token = _id("card_token", Scene.link)
_claim = _id("token", Scene.claim_token)
_market = _id("program_id", lambda scene: scene.market.program_id)
_market_card = _id("card_id", lambda scene: scene.market.card(points=100))
_LANG = {"lang": "hu"}


def _phone(scene: Scene) -> Mapping[str, str]:
    phone = scene.phone
    return {"device_id": phone.device, "pass_type": phone.pass_type, "serial": phone.serial}


def _entry_of_card(scene: Scene) -> Mapping[str, str]:
    entry = scene.entry()
    return {"card_id": entry.partition("-")[0], "entry_id": entry}


def _entry_of_link(scene: Scene) -> Mapping[str, str]:
    return {"card_token": scene.link(), "entry_id": scene.entry()}


def _kept_logo() -> str:
    runtime.logos().keep_logo("0" * 32, b"png")
    return f"{'0' * 32}.png"


_ART = "1-1f5b45-pad-cup-3-10-strip2.png"
_PAGE = Door(query=_LANG)
_CONSOLE = Door(who="owner", query=_LANG)
_DEED = Door(who="owner", sends="form", fields=form())
_TILL = Door(who="till", sends="form")
_API = Door(who="key", sends="json")
_READ = Door(who="key")
_HOOK = Door(who="hook", sends="json", params=_hook)
_WALLET = Door(who="phone", params=_phone)
_SHOP = Door(params=_program, query=_LANG, public=True)
_NAMED = Door(public=True)

ROWS: Mapping[str, tuple[Door, ...]] = {
    "health.get": (_NAMED,),
    "static.get": (
        replace(_NAMED, params=_id("name", lambda _: static_url("tokens.css").rpartition("/")[2])),
    ),
    "brand.get": (replace(_NAMED, params=_id("name", lambda _: "1f5b45.css")),),
    "art.get": (replace(_NAMED, params=_id("name", lambda _: _ART)),),
    "art.get_logo": (replace(_NAMED, params=_id("name", lambda _: _kept_logo())),),
    "openapi.get": (_NAMED,),
    "signup.landing": (_PAGE,),
    "signup.show": (replace(_PAGE, query={**_LANG, "sent": "1"}),),
    "signup.ask": (
        Door(sends="form", limited=True, fields=lambda _: {"email": f"{new_key()}@example.com"}),
    ),
    "signup.open_link": (replace(_PAGE, params=_id("token", Scene.sign_in_link)),),
    "signup.use_link": (Door(sends="form", params=_id("token", Scene.sign_in_link)),),
    "signup.sign_out": (_DEED,),
    "console_today.show": (replace(_CONSOLE, query={"program": "{program_id}"}),),
    "console_members.show": (
        replace(_CONSOLE, query={"program": "{program_id}", "after": "1-0123456789abcdefghijkl"}),
    ),
    "console_members.search": (replace(_DEED, fields=form(q="Marta")),),
    "console_member.show": (
        replace(_CONSOLE, params=_stamp_card, query={"before": "9", "done": "1"}),
    ),
    "console_member.take_back": (
        replace(
            _DEED,
            params=_stamp_card,
            fields=lambda scene: {"key": new_key(), "entry": scene.entry()},
        ),
    ),
    "why.show_to_shop": (replace(_CONSOLE, params=_entry_of_card),),
    "console_tills.show": (_CONSOLE,),
    "console_tills.pair": (replace(_DEED, limited=True),),
    "console_tills.rename": (replace(_DEED, params=_new_till, fields=form(name="Bar")),),
    "console_tills.revoke": (replace(_DEED, params=_new_till),),
    "console_hooks.show": (_CONSOLE,),
    "console_hooks.make": (
        replace(
            _DEED,
            fields=lambda scene: {"key": new_key(), "program": scene.desk.shop.stamps.id},
        ),
    ),
    "console_hooks.show_secret": (replace(_DEED, params=_hook),),
    "console_hooks.rotate": (replace(_DEED, params=_new_hook),),
    "console_hooks.revoke": (replace(_DEED, params=_new_hook),),
    "console_keys.show": (_CONSOLE,),
    "console_keys.make": (replace(_DEED, fields=form(name="web shop", scope="ledger")),),
    "console_keys.revoke": (replace(_DEED, params=_id("key_id", Scene.api_key)),),
    "console_more.show": (_CONSOLE,),
    "program_list.show": (_CONSOLE,),
    "program_editor.show_new": (_CONSOLE,),
    "program_editor.publish_new": (replace(_DEED, fields=form(**EDITED)),),
    "program_editor.show": (replace(_CONSOLE, params=_program),),
    "program_editor.publish": (replace(_DEED, params=_program, fields=edited),),
    "program_published.show": (replace(_CONSOLE, params=_program),),
    "program_published.poster": (replace(_CONSOLE, params=_program, query={}),),
    "programs.put": (
        replace(
            _API,
            params=_id("program_id", lambda _: f"made-{secrets.token_hex(4)}"),
            fields=published,
        ),
    ),
    "programs.get": (replace(_READ, params=_program),),
    "programs.post_card": (replace(_API, params=_program, fields=enrolled),),
    "cards.get": (replace(_READ, params=_stamp_card),),
    "cards.post_earn": (replace(_API, params=_stamp_card, fields=bought),),
    "cards.post_redeem": (
        replace(_API, params=_stamp_card, fields=lambda _: {"reward_id": "coffee"}),
    ),
    "cards.get_entries": (
        replace(_READ, params=_stamp_card, query={"limit": "5", "cursor": "4"}),
    ),
    "cards.post_reverse": (
        replace(_API, params=_id("entry_id", Scene.entry), fields=lambda _: {}),
    ),
    "quote.post": (
        replace(_API, params=_stamp_card, fields=bought),
        replace(_API, params=_stamp_card, fields=lambda _: {"reward_id": "coffee"}),
        replace(_API, params=_market_card, fields=lambda _: {"spend": 10}),
    ),
    "explanation.get": (replace(_READ, params=_id("entry_id", Scene.entry)),),
    "codes.post": (
        replace(
            _API,
            params=_id("program_id", lambda scene: scene.market.program_id),
            fields=printed,
        ),
    ),
    "search.post": (
        replace(_API, fields=lambda scene: {"barcode": scene.stamps["barcode"]}),
        replace(_API, fields=lambda _: {"phone": "+48601000200"}),
    ),
    "holds.post": (
        replace(
            _API,
            params=_market_card,
            fields=lambda _: {"reward_id": "wine", "minutes": 5, "confirmed": True},
        ),
    ),
    "holds.capture": (replace(_API, params=_held),),
    "holds.release": (replace(_API, params=_held),),
    "card_acts.post_adjust": (
        replace(_API, params=_market_card, fields=lambda _: {"points": 5, "reason": "a gift"}),
    ),
    "card_acts.post_offer": (
        replace(_API, params=_market_card, fields=lambda _: {"offer_id": "juice"}),
    ),
    "card_acts.post_close": (
        replace(
            _API,
            params=_market_card,
            fields=lambda _: {"status": "closed", "reason": "lost"},
        ),
    ),
    "card_acts.post_merge": (
        replace(_API, params=_market_card, fields=lambda scene: {"card_id": scene.market.card()}),
    ),
    "join.show": (replace(_SHOP, query={**_LANG, "ref": "0123456789abcdefghijkl"}),),
    "join.post": (
        Door(sends="form", params=_program, fields=joined, limited=True, public=True),
        Door(sends="json", params=_program, fields=joined_from_a_site, limited=True),
    ),
    "join_json.preflight": (replace(_SHOP, query={}),),
    "join_again.show": (replace(_SHOP, query={**_LANG, "sent": "1"}),),
    "join_again.post": (
        Door(
            sends="form",
            params=_program,
            fields=lambda _: {"contact": f"{new_key()}@example.com"},
            limited=True,
            public=True,
        ),
    ),
    "card_page.show": (replace(_PAGE, params=_token, query={**_LANG, "welcome": "email"}),),
    "card_page.history": (replace(_PAGE, params=_token, query={"before": "9"}),),
    "why.show": (replace(_PAGE, params=_entry_of_link),),
    "card_page.consents": (replace(_PAGE, params=_token, query={"saved": "1"}),),
    "card_page.change_consents": (
        Door(sends="form", params=_token, fields=lambda _: {"consent_email": "on"}),
    ),
    "rules.show": (_SHOP,),
    "hooks.post_generic": (
        replace(_HOOK, fields=told("sale.completed", **PAID, items=[ITEM])),
        replace(_HOOK, fields=refunded),
        replace(_HOOK, fields=told("reward.quoted", reward_id="tote")),
        replace(_HOOK, fields=told("reward.redeemed", reward_id="tote")),
    ),
    "claim.show": (replace(_PAGE, params=_claim),),
    "claim.post": (
        Door(
            sends="form",
            params=_claim,
            fields=lambda scene: {"card": scene.points["barcode"]},
            limited=True,
        ),
    ),
    "apple.download": (
        replace(_NAMED, params=_id("name", lambda scene: f"{scene.link()}.pkpass")),
    ),
    "apple.register": (replace(_WALLET, sends="json", fields=lambda _: {"pushToken": TOKEN}),),
    "apple.unregister": (_WALLET,),
    "apple.list_changed": (
        Door(
            params=lambda scene: {
                name: _phone(scene)[name] for name in ("device_id", "pass_type")
            },
            query={"passesUpdatedSince": "1"},
        ),
    ),
    "apple.fetch": (_WALLET,),
    "apple.log": (Door(sends="json", fields=lambda _: {"logs": ["a line"]}),),
    "till.show": (replace(_TILL, sends="nothing", query=_LANG),),
    "till.show_join": (replace(_TILL, sends="nothing", query={"program": "{program_id}"}),),
    "till.find": (
        replace(_TILL, fields=lambda scene: {"typed": scene.stamps["barcode"], "card": ""}),
    ),
    "till.quote": (replace(_TILL, fields=shown("points", amount="12.50")),),
    "till.earn": (
        replace(_TILL, fields=shown("stamps", stamps="1", again="1")),
        replace(_TILL, fields=shown("points", amount="12.50")),
    ),
    "till.redeem": (replace(_TILL, fields=shown("stamps", reward="coffee")),),
    "till.undo": (replace(_TILL, fields=undone),),
    "till_pairing.show": (_PAGE,),
    "till_pairing.post": (
        Door(
            sends="form",
            params=_id("code", Scene.pairing_code),
            fields=lambda scene: {"code": scene.pairing_code(), "name": "Bar"},
            limited=True,
        ),
    ),
    "till_pairing.show_link": (replace(_PAGE, params=_id("code", Scene.pairing_code)),),
    "google.save": (Door(params=_id("token", Scene.link)),),
    "google.callback": (
        Door(
            sends="json",
            fields=lambda _: {
                "protocolVersion": "ECv2SigningOnly",
                "signature": "MEUCIQ",
                "intermediateSigningKey": {"signedKey": "{}", "signatures": ["MEUCIQ"]},
                "signedMessage": "{}",
            },
        ),
    ),
}
