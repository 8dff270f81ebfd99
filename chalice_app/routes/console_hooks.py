"""What is connected: hooks for till systems and web shops, and the public key for joining."""

from chalice_app.console import console_language, console_page, own_program, own_programs, said_in
from chalice_app.console_forms import console_form, is_first
from chalice_app.formats import day, moment
from chalice_app.forms import new_key
from chalice_app.http import Answer, Call
from chalice_app.joining import join_link
from chalice_app.pages import CONFLICT, redirect
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.hooks import Hook
from wallet.services.hooks import (
    OLD_SECRET_LIFETIME,
    hook_secret,
    list_hooks,
    make_hook,
    own_hook,
    revoke_hook,
    rotate_secret,
)
from wallet.services.join import publishable_key
from wallet.services.sessions import Session, SessionKind

HOOKS_MAX = 20


def show(call: Call) -> Answer:
    """The hooks that are open."""
    session = needed_session(call, SessionKind.CONSOLE)
    said = said_in(call, "closed", "again")
    return _page(call, session, said=said)


def make(call: Call) -> Answer:
    """Makes a hook and shows its secret; a second sending of the form makes none."""
    session, form = console_form(call)
    if len(_open_hooks(session)) >= HOOKS_MAX:
        return _page(call, session, said="many", status=CONFLICT)
    asked = form.text("program")
    program = own_program(session, asked) if asked else None
    if not is_first(session, form):
        return redirect("/console/connections?again=1")
    made = make_hook(
        runtime.hook_rack(),
        session.merchant_id,
        program.id if program else None,
        now=runtime.now(),
    )
    return _page(call, session, shown=made, said="made")


def show_secret(call: Call) -> Answer:
    """Shows the secret again to who lost it."""
    session, _ = console_form(call)
    hook = own_hook(runtime.hook_rack(), session.merchant_id, call.params["hook_id"])
    return _page(call, session, shown=hook, said="shown")


def rotate(call: Call) -> Answer:
    """Gives a new secret; a second sending of the form leaves it as it is."""
    session, form = console_form(call)
    rack, hook_id = runtime.hook_rack(), call.params["hook_id"]
    own_hook(rack, session.merchant_id, hook_id)
    if not is_first(session, form):
        return redirect("/console/connections?again=1")
    rotated = rotate_secret(rack, session.merchant_id, hook_id, now=runtime.now())
    return _page(call, session, shown=rotated, said="rotated")


def revoke(call: Call) -> Answer:
    """Closes a hook for good, at once."""
    session, _ = console_form(call)
    rack = runtime.hook_rack()
    revoke_hook(rack, session.merchant_id, call.params["hook_id"], now=runtime.now())
    return redirect("/console/connections?closed=1")


def _open_hooks(session: Session) -> list[Hook]:
    hooks = list_hooks(runtime.hook_rack(), session.merchant_id)
    return [hook for hook in reversed(hooks) if hook.revoked_at is None]


def _page(
    call: Call,
    session: Session,
    *,
    said: str = "",
    shown: Hook | None = None,
    status: int = 200,
) -> Answer:
    language = console_language(call, session)
    base = runtime.settings().base_url
    programs = own_programs(session)
    zone = programs[-1].time_zone if programs else "UTC"
    names = {program.id: program.name for program in programs}
    return console_page(
        call,
        "connections.html",
        session,
        tab="connections",
        status=status,
        hooks=[
            (
                hook,
                f"{base}/hooks/generic/{hook.id}",
                names.get(hook.program_id, "") if hook.program_id else "",
                day(hook.created_at, zone, language),
                _old_until(hook, zone, language),
            )
            for hook in _open_hooks(session)
        ],
        programs=[
            (program, join_link(program), publishable_key(runtime.vault(), program))
            for program in programs
        ],
        said=said,
        shown=shown.id if shown else "",
        secret=hook_secret(runtime.hook_rack(), shown) if shown else "",
        key=new_key(),
    )


def _old_until(hook: Hook, zone: str, language: str) -> str:
    """Until when the secret before the last rotation holds; empty if it does not."""
    if hook.old_sealed is None or hook.rotated_at is None:
        return ""
    until = hook.rotated_at + OLD_SECRET_LIFETIME
    return moment(until, zone, language) if runtime.now() < until else ""
