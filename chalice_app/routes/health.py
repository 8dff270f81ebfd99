"""Whether the function runs."""

from chalice_app.http import Answer, Call, StempelApp, json_answer


def mount(app: StempelApp) -> None:
    """Mounts /healthz."""
    app.mount("GET", "/healthz", health)


def health(call: Call) -> Answer:
    """Answers without asking anybody else.

    A database that is slow is not a function that is dead.
    """
    del call
    return json_answer(b'{"status":"ok"}')
