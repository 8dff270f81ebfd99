"""The faults of a document, noted with their paths while it is being read."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from wallet.domain.errors import Fault

_KEY_CHARS_MAX = 60
# Control characters, line separators, and the marks by which text can be made to read backwards on
# another's screen.
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def clean_text(text: str) -> str:
    """The text without control and direction marks, spaces at its ends trimmed."""
    return _UNPRINTABLE.sub("", text).strip()


class Notes:
    """Notes faults instead of stopping at the first, so that one answer names them all.

    With `stored`, the document was accepted once, maybe by a release that allowed more: what
    cannot be read is a fault as ever, what is merely not allowed is not.
    """

    def __init__(self, *, stored: bool = False) -> None:
        self.faults: list[Fault] = []
        self.stored = stored
        self._path: list[str] = []

    @contextmanager
    def at(self, step: str) -> Iterator[None]:
        """Faults lie there for as long as this lasts: `.rules`, `[2]`."""
        self._path.append(step)
        yield
        self._path.pop()

    def fault(self, reason: str) -> None:
        """Here stands what cannot be read."""
        self.faults.append(Fault(self._at(), reason))

    def refuse(self, reason: str) -> bool:
        """Here stands what can be read and is not allowed; false where that is forgiven."""
        if not self.stored:
            self.fault(reason)
        return not self.stored

    def refuse_at(self, path: str, reason: str) -> None:
        """`refuse` one or more steps further: `.to`, `.rules[2].when`."""
        with self.at(path):
            self.refuse(reason)

    def unknown(self, key: object, reason: str) -> None:
        """A field that is not to be. It is named as far as it can be shown."""
        with self.at(f".{_UNPRINTABLE.sub('', str(key))[:_KEY_CHARS_MAX]}"):
            self.fault(reason)

    def spoilt(self, path: str, *, within: bool = False) -> bool:
        """Whether a fault lies so many steps further (`.to`), or `within` what stands there."""
        full = self._at(path)
        inner = (f"{full}.", f"{full}[") if within else ()
        return any(each.path == full or each.path.startswith(inner) for each in self.faults)

    def _at(self, path: str = "") -> str:
        return "".join([*self._path, path]).removeprefix(".") or "$"
