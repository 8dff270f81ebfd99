"""One thin module a trigger.

Lambda imports only the module of the trigger that it runs, not the app: middleware of the app does
not run here, so each handler is wrapped in `@observed` itself. Chalice imports all of them with
the app, so what a handler needs is imported when it runs.
"""

from chalice.app import Chalice


def register(app: Chalice) -> None:
    """Makes the triggers known to Chalice, which packages them."""
    from handlers import ledger_stream, push_queue, schedules

    for module in (ledger_stream, push_queue, schedules):
        app.register_blueprint(module.triggers)
