"""Every address that we answer, in one table: the only place where paths are written.

A view is imported when it is first called, so that a cold start pays for one address and not for
all of them.
"""

from importlib import import_module

from msgspec import Struct

from chalice_app.http import Answer, Call, StempelApp, View

_DEVICE = "/apple/v1/devices/{device_id}/registrations/{pass_type}"


class Address(Struct, frozen=True):
    """A method on a path, and the view behind it as `module.function` of `chalice_app.routes`."""

    method: str
    path: str
    target: str

    def view(self) -> View:
        """The view itself."""
        module, _, name = self.target.partition(".")
        view: View = getattr(import_module(f"chalice_app.routes.{module}"), name)
        return view

    def __call__(self, call: Call) -> Answer:
        """Answers a call."""
        return self.view()(call)


ADDRESSES = (
    Address("GET", "/healthz", "health.get"),
    Address("GET", "/openapi.json", "openapi.get"),
    Address("PUT", "/api/v1/programs/{program_id}", "programs.put"),
    Address("GET", "/api/v1/programs/{program_id}", "programs.get"),
    Address("POST", "/api/v1/programs/{program_id}/cards", "programs.post_card"),
    Address("GET", "/api/v1/cards/{card_id}", "cards.get"),
    Address("POST", "/api/v1/cards/{card_id}/earn", "cards.post_earn"),
    Address("POST", "/api/v1/cards/{card_id}/redeem", "cards.post_redeem"),
    Address("GET", "/api/v1/cards/{card_id}/entries", "cards.get_entries"),
    Address("POST", "/api/v1/entries/{entry_id}/reverse", "cards.post_reverse"),
    Address("GET", "/passes/{name}", "apple.download"),
    Address("POST", _DEVICE + "/{serial}", "apple.register"),
    Address("DELETE", _DEVICE + "/{serial}", "apple.unregister"),
    Address("GET", _DEVICE, "apple.list_changed"),
    Address("GET", "/apple/v1/passes/{pass_type}/{serial}", "apple.fetch"),
    Address("POST", "/apple/v1/log", "apple.log"),
)


def mount(app: StempelApp) -> None:
    """Mounts every address."""
    for address in ADDRESSES:
        app.mount(address.method, address.path, address)
