"""Every address that we answer, in one table: the only place where paths are written.

A view is imported when it is first called, so that a cold start pays for one address and not for
all of them.
"""

from importlib import import_module

from msgspec import Struct

from chalice_app.http import Answer, Call, StempelApp, View

_DEVICE = "/apple/v1/devices/{device_id}/registrations/{pass_type}"


class Address(Struct, frozen=True):
    """A method on a path, and the view behind it as `module.function` of `chalice_app.routes`.

    A page is for people: what goes wrong behind it is said on a page, not in a problem document.
    """

    method: str
    path: str
    target: str
    is_page: bool = False

    def view(self) -> View:
        """The view itself."""
        module, _, name = self.target.partition(".")
        view: View = getattr(import_module(f"chalice_app.routes.{module}"), name)
        return view

    def __call__(self, call: Call) -> Answer:
        """Answers a call."""
        if not self.is_page:
            return self.view()(call)
        try:
            return self.view()(call)
        except Exception as error:  # noqa: BLE001  the outermost edge of a page
            from chalice_app.faults import fault_page

            return fault_page(error, call)


def page(method: str, path: str, target: str) -> Address:
    """The address of a page."""
    return Address(method, path, target, is_page=True)


ADDRESSES = (
    Address("GET", "/healthz", "health.get"),
    Address("GET", "/static/{name}", "static.get"),
    Address("GET", "/brand/{name}", "brand.get"),
    Address("GET", "/art/{name}", "art.get"),
    Address("GET", "/openapi.json", "openapi.get"),
    page("GET", "/", "signup.landing"),
    page("GET", "/signup", "signup.show"),
    page("POST", "/signup", "signup.ask"),
    page("GET", "/signup/{token}", "signup.open_link"),
    page("POST", "/signup/{token}", "signup.use_link"),
    page("POST", "/signout", "signup.sign_out"),
    Address("GET", "/logo/{name}", "art.get_logo"),
    page("GET", "/console", "console_today.show"),
    page("GET", "/console/members", "console_members.show"),
    page("POST", "/console/members", "console_members.search"),
    page("GET", "/console/members/{card_id}", "console_member.show"),
    page("POST", "/console/members/{card_id}", "console_member.take_back"),
    page("GET", "/console/members/{card_id}/why/{entry_id}", "why.show_to_shop"),
    page("GET", "/console/tills", "console_tills.show"),
    page("POST", "/console/tills", "console_tills.pair"),
    page("POST", "/console/tills/{till_id}", "console_tills.rename"),
    page("POST", "/console/tills/{till_id}/revoke", "console_tills.revoke"),
    page("GET", "/console/connections", "console_hooks.show"),
    page("POST", "/console/connections", "console_hooks.make"),
    page("POST", "/console/connections/{hook_id}/secret", "console_hooks.show_secret"),
    page("POST", "/console/connections/{hook_id}/rotate", "console_hooks.rotate"),
    page("POST", "/console/connections/{hook_id}/revoke", "console_hooks.revoke"),
    page("GET", "/console/keys", "console_keys.show"),
    page("POST", "/console/keys", "console_keys.make"),
    page("POST", "/console/keys/{key_id}/revoke", "console_keys.revoke"),
    page("GET", "/console/more", "console_more.show"),
    page("GET", "/console/programs", "program_list.show"),
    page("GET", "/console/programs/new", "program_editor.show_new"),
    page("POST", "/console/programs/new", "program_editor.publish_new"),
    page("GET", "/console/programs/{program_id}", "program_editor.show"),
    page("POST", "/console/programs/{program_id}", "program_editor.publish"),
    page("GET", "/console/programs/{program_id}/published", "program_published.show"),
    page("GET", "/console/programs/{program_id}/poster.pdf", "program_published.poster"),
    Address("PUT", "/api/v1/programs/{program_id}", "programs.put"),
    Address("GET", "/api/v1/programs/{program_id}", "programs.get"),
    Address("POST", "/api/v1/programs/{program_id}/cards", "programs.post_card"),
    Address("POST", "/api/v1/programs/{program_id}/codes", "codes.post"),
    Address("POST", "/api/v1/cards/search", "search.post"),
    Address("GET", "/api/v1/cards/{card_id}", "cards.get"),
    Address("POST", "/api/v1/cards/{card_id}/earn", "cards.post_earn"),
    Address("POST", "/api/v1/cards/{card_id}/redeem", "cards.post_redeem"),
    Address("POST", "/api/v1/cards/{card_id}/quote", "quote.post"),
    Address("POST", "/api/v1/cards/{card_id}/holds", "holds.post"),
    Address("POST", "/api/v1/holds/{entry_id}/capture", "holds.capture"),
    Address("POST", "/api/v1/holds/{entry_id}/release", "holds.release"),
    Address("POST", "/api/v1/cards/{card_id}/adjust", "card_acts.post_adjust"),
    Address("POST", "/api/v1/cards/{card_id}/offers", "card_acts.post_offer"),
    Address("POST", "/api/v1/cards/{card_id}/close", "card_acts.post_close"),
    Address("POST", "/api/v1/cards/{card_id}/merge", "card_acts.post_merge"),
    Address("GET", "/api/v1/cards/{card_id}/entries", "cards.get_entries"),
    Address("POST", "/api/v1/entries/{entry_id}/reverse", "cards.post_reverse"),
    Address("GET", "/api/v1/entries/{entry_id}/explanation", "explanation.get"),
    page("GET", "/join/{program_id}", "join.show"),
    page("POST", "/join/{program_id}", "join.post"),
    Address("OPTIONS", "/join/{program_id}", "join_json.preflight"),
    page("GET", "/join/{program_id}/again", "join_again.show"),
    page("POST", "/join/{program_id}/again", "join_again.post"),
    page("GET", "/c/{card_token}", "card_page.show"),
    page("GET", "/c/{card_token}/history", "card_page.history"),
    page("GET", "/c/{card_token}/why/{entry_id}", "why.show"),
    page("GET", "/c/{card_token}/consents", "card_page.consents"),
    page("POST", "/c/{card_token}/consents", "card_page.change_consents"),
    page("GET", "/rules/{program_id}", "rules.show"),
    Address("POST", "/hooks/generic/{hook_id}", "hooks.post_generic"),
    page("GET", "/claim/{token}", "claim.show"),
    page("POST", "/claim/{token}", "claim.post"),
    Address("GET", "/passes/{name}", "apple.download"),
    Address("POST", _DEVICE + "/{serial}", "apple.register"),
    Address("DELETE", _DEVICE + "/{serial}", "apple.unregister"),
    Address("GET", _DEVICE, "apple.list_changed"),
    Address("GET", "/apple/v1/passes/{pass_type}/{serial}", "apple.fetch"),
    Address("POST", "/apple/v1/log", "apple.log"),
    page("GET", "/till", "till.show"),
    page("GET", "/till/join", "till.show_join"),
    page("POST", "/till/card", "till.find"),
    page("POST", "/till/quote", "till.quote"),
    page("POST", "/till/earn", "till.earn"),
    page("POST", "/till/redeem", "till.redeem"),
    page("POST", "/till/undo", "till.undo"),
    page("GET", "/till/pair", "till_pairing.show"),
    page("POST", "/till/pair", "till_pairing.post"),
    page("GET", "/till/pair/{code}", "till_pairing.show_link"),
    page("POST", "/till/pair/{code}", "till_pairing.post"),
    page("GET", "/google/save/{token}", "google.save"),
    Address("POST", "/google/callback", "google.callback"),
)


def mount(app: StempelApp) -> None:
    """Mounts every address."""
    for address in ADDRESSES:
        app.mount(address.method, address.path, address)
