"""The world of the hostile calls: a rival, and a shop of its own for each address."""

import re
from collections.abc import Callable
from dataclasses import replace

from chalice_app.addresses import ADDRESSES, Address
from tests.chalice_app.desk import Clock, open_desk
from tests.chalice_app.gateway import Reply
from tests.chalice_app.hostile.doors import ROWS
from tests.chalice_app.hostile.knock import Knock, places, right, spoilt
from tests.chalice_app.hostile.scene import Records, Rival, Scene, make_rival
from tests.chalice_app.hostile.verdict import faults_of
from tests.chalice_app.till.counter import pair
from tests.chalice_app.till_system import till_system
from tests.world import World
from wallet import runtime
from wallet.services.hooks import revoke_hook
from wallet.services.sessions import SessionKind, close_session, digest_of
from wallet.services.tills import revoke_till

# Which of the rival's ids fit into a field.
_FITTING = {
    "entry": ("entry_id",),
    "card": ("card_id", "barcode", "card_code"),
    "shown": ("barcode",),
    "typed": ("barcode", "card_code", "phone"),
    "q": ("email", "phone", "card_code", "barcode"),
    "program": ("program_id",),
    "barcode": ("barcode",),
    "after": ("card_id",),
    "ref": ("card_id",),
    "referral_code": ("card_id", "card_code"),
}


class Siege:
    """Where calls are made and judged."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.stream = world.stream()
        self.rival: Rival = make_rival(world, clock)
        self.scenes: dict[tuple[str, str], Scene] = {}

    def scene(self, address: Address) -> Scene:
        """The shop on whose things this address is tried."""
        name = (address.method, address.path)
        if name not in self.scenes:
            self.scenes[name] = self.new_scene()
        return self.scenes[name]

    def new_scene(self) -> Scene:
        """A shop of which nothing has been made yet."""
        return Scene(desk=open_desk(self.world), clock=self.clock)

    def judge(self, knock: Knock) -> tuple[Reply, list[str], Records]:
        """The answer to a call, what is wrong with it, and what was written meanwhile."""
        writes = knock.address.method != "GET"
        if writes:
            self.stream.new()
        reply = knock.send()
        records: Records = self.stream.new() if writes else []
        faults = faults_of(knock, reply, records, self.rival)
        return reply, [f"{knock.place}: {fault}" for fault in faults], records

    def look_around(self, scene: Scene) -> list[str]:
        """What is wrong with the pages on which something stored may be shown."""
        faults = []
        for address in ADDRESSES:
            if address.is_page and address.method == "GET":
                for door in ROWS[address.target]:
                    reply, found, _ = self.judge(right(scene, address, door))
                    faults += [f"{address.path}: {fault}" for fault in found]
                    if reply.status >= 400 and address.target not in ABSENT:
                        faults.append(f"{address.path}: {reply.status}")
        return faults

    def shut_out(self, scene: Scene, knock: Knock, how: str) -> tuple[Reply, Records]:
        """The answer to a right call of whoever was let in once, and is no more; what was
        written.
        """
        if how == "revoked":
            knock = _revoked(scene, knock)
        now = self.clock.now
        if how == "expired":
            self.clock.forward(days=15 if knock.door.who == "owner" else 91)
        self.stream.new()
        reply = knock.send()
        self.clock.now = now
        return reply, self.stream.new()

    def with_the_rivals_ids(self, make: Callable[[], Knock]) -> list[Knock]:
        """Calls in which one thing named is the rival's. `place` begins with `path` if it must be
        refused for that.
        """
        ids, like = self.rival.ids, make()
        knocks = [
            replace(make_, params={**make_.params, name: text}, place=f"path {name}")
            for name in like.params
            if (text := self._in_path(like, name)) is not None and not like.door.public
            for make_ in [make()]
        ]
        for place in places(like.fields):
            for name in _FITTING.get(place[-1], ()):
                knocks.append(spoilt(make(), place, ids[name]))
                if place[-1] == "card" and like.door.who == "hook":
                    knocks[-1] = spoilt(make(), place, {name.removeprefix("card_"): ids[name]})
        for name in like.query:
            knocks += [
                replace(each, query={**each.query, name: ids[kind]}, place=f"?{name}")
                for kind in _FITTING.get(name, ())
                for each in [make()]
            ]
        return knocks

    def _in_path(self, knock: Knock, name: str) -> str | None:
        """The rival's id in the form in which it would stand there."""
        right_one = knock.params[name]
        if name in self.rival.ids:
            return self.rival.ids[name]
        if re.match(r"[0-9A-Za-z]{22}-", right_one):
            return self.rival.ids["card_id"] + right_one[22:]
        return None


# There is no Google Wallet in this world; tests/chalice_app/test_google.py has one.
ABSENT = {"google.save", "google.callback"}


def _revoked(scene: Scene, knock: Knock) -> Knock:
    who, now = knock.door.who, runtime.now()
    headers, fields = dict(knock.headers), dict(knock.fields)
    if who == "owner":
        cookie, csrf = scene.new_owner()
        close_session(runtime.edge(), SessionKind.CONSOLE, digest_of(cookie))
        headers["Cookie"], fields["csrf"] = f"__Host-console={cookie}", csrf
    elif who == "till":
        till = pair(scene.merchant)
        revoke_till(runtime.tillbox(), scene.merchant, till.id, now=now)
        headers["Cookie"], fields["csrf"] = till.cookie, till.csrf
    elif who == "key":
        headers["Authorization"] = f"Bearer {scene.desk.revoked}"
    elif who == "phone":
        headers["Authorization"] = f"ApplePass {'0' * 32}"
    elif who == "hook":
        system = till_system(scene.desk)
        revoke_hook(runtime.hook_rack(), scene.merchant, system.hook_id, now=now)
        gone = replace(knock, secret=system.secret)
        return replace(gone, params={**knock.params, "hook_id": system.hook_id})
    return replace(knock, headers=headers, fields=fields)
