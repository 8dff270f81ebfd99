"""What runs by the clock."""

from chalice.app import Blueprint, CloudWatchEvent, Rate

from wallet import runtime
from wallet.telemetry import observed, write_line

triggers = Blueprint(__name__)


@triggers.schedule(Rate(5, unit=Rate.MINUTES))
@observed("sweep")
def sweep(event: CloudWatchEvent) -> None:
    """Puts pushes that failed too often back into their queue."""
    from wallet.services.sweep import redrive

    count = redrive(runtime.dead_letters(), runtime.push_queue(), now=runtime.now())
    if count:
        write_line(function="sweep", redriven=count, event=event.event_id)
