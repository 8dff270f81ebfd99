"""h2 (an HTTP/2 state machine without sockets) set up for many small requests of our own making.

With 1,000 streams open, to a server that takes 100 ms to answer, a request and its answer cost 70
to 80 µs of CPU; with h2 as it comes, 155 to 170 (bench/pushes.py has the whole of it).
"""

from collections.abc import Callable
from typing import Any, Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, Event
from h2.settings import SettingCodes, Settings
from hpack import Encoder
from hyperframe.frame import Frame, GoAwayFrame

_CLOSED_STREAMS_MAX: Final = 256
_HEADER_BYTES_MAX: Final = 8192


class Http2Client(H2Connection):
    """The client's end of a connection. Its caller sends sound headers, and reads few of theirs.

    `opened` tells how many streams are open. Headers are neither checked nor put into shape.
    """

    def __init__(self, *, opened: Callable[[], int]) -> None:
        config = H2Configuration(
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
            validate_inbound_headers=False,
            normalize_inbound_headers=False,
        )
        super().__init__(config)
        self.encoder = _PlainEncoder()
        self.local_settings = Settings(
            client=True,
            initial_values={
                SettingCodes.ENABLE_PUSH: 0,
                SettingCodes.MAX_HEADER_LIST_SIZE: _HEADER_BYTES_MAX,
            },
        )
        self._opened = opened

    @property
    def open_outbound_streams(self) -> int:
        """How many streams are open.

        h2 asks before each request, and counts by walking over all streams; on its way it sweeps
        out the closed ones, so it still does when there are many of them.
        """
        opened = self._opened()
        if len(self.streams) > opened + _CLOSED_STREAMS_MAX:
            return super().open_outbound_streams
        return opened

    def _receive_goaway_frame(self, frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        """The event alone. h2 would close here, and take the answers that follow for a fault.

        The server still answers the streams up to the last id (RFC 9113, section 6.8).
        """
        event = ConnectionTerminated()
        event.last_stream_id = frame.last_stream_id
        event.additional_data = frame.additional_data
        return [], [event]


class _PlainEncoder(Encoder):
    """Leaves out Huffman coding: it would save 35 bytes of a push, for a third more time."""

    def encode(self, headers: Any, huffman: bool = False) -> bytes:  # noqa: FBT001, FBT002  the signature is inherited
        return super().encode(headers, huffman)
