"""Hands letters to the mailer, at the edge: what somebody asked for is done, mail or no mail."""

import traceback

from wallet import runtime
from wallet.services.letters import Letter
from wallet.telemetry import write_line


def send_letter(letter: Letter | None) -> None:
    """Sends it, if there is one.

    Where that fails, the operator hears of it and the visitor does not: the answer is the same for
    whoever asks, so it cannot tell whether a mail was sent.
    """
    if letter is None:
        return
    try:
        runtime.mailer().send(letter)
    except Exception:  # noqa: BLE001  whatever it is, the card stands
        write_line(function="mail", level="ERROR", error=traceback.format_exc())
