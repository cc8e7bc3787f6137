"""A connection of a browser, which has only so long to say what it wants, and of which there are only so many."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10
"""From the first moment of a request, or of a connection, to the end of the request's headers."""
MOST = 400
"""At a time, open pages counted; each of them holds a file handle, of which a process has a thousand or so."""


class Connection(H11Protocol):
    """Closes one that does not finish its headers: whoever sends a byte now and then would hold it for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called when somebody connects."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        """Called when something of a request is there."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # its headers are complete, or it is refused
            self._stop_waiting()
        elif self._deadline is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called when it is closed by either side."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
