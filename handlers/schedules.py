"""What runs by the clock."""

from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate

from wallet import runtime
from wallet.telemetry import observed, write_line

triggers = Blueprint(__name__)

# A card that others contend for takes at most 12 s, and the agenda of a page a moment.
_LAST_MILLIS = 20_000


@triggers.schedule(Rate(5, unit=Rate.MINUTES))
@observed("sweep")
def sweep(event: CloudWatchEvent) -> None:
    """Puts pushes that failed too often back into their queue."""
    from wallet.services.sweep import redrive

    count = redrive(runtime.dead_letters(), runtime.push_queue(), now=runtime.now())
    if count:
        write_line(function="sweep", redriven=count, event=event.event_id)


@triggers.schedule(Rate(5, unit=Rate.MINUTES))
@observed("keep_calendar")
def keep_calendar(event: CloudWatchEvent) -> None:
    """Does what the calendar brings to cards; what there is no time for, the next run does."""
    from wallet.services.keep_calendar import keep_calendar as keep

    # Chalice takes Lambda's context for a dict.
    context: Any = event.context

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > _LAST_MILLIS)

    kept = keep(runtime.office(has_time))
    if kept.cards or kept.roll_pages:
        write_line(function="keep_calendar", **asdict(kept))
