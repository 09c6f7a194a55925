"""The server under the application: uvicorn with websockets' sans-I/O implementation, held to our caps.

Frames over 64 KiB close the socket with 1009; permessage-deflate is off (one small frame may not grow a thousandfold in
memory). Knows nothing of shops.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from web.rules import MAX_FRAME

LINGER_SECONDS = 5.0
"""How long a socket that reads nothing may hold its last bytes once it is closed."""


class Protocol(WebSocketsSansIOProtocol):
    """A socket that is closed while its bytes do not leave would stay open as long as the other side likes."""

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The application is done with this socket."""
        super().on_task_complete(task)
        if self.transport.get_write_buffer_size():
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)


class Server(uvicorn.Server):
    """A server whose signals stop it and nothing else: what was built around it is then taken down in order."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """SIGINT and SIGTERM stop the server; they are not raised again when it has stopped."""
        loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
        try:
            for number in signals:
                loop.add_signal_handler(number, self.handle_exit, number, None)
        except (ValueError, RuntimeError):  # not the main thread: whoever runs that handles signals
            signals = ()
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)


def server(app: ASGIApp) -> Server:
    """A server of this application; give its `serve` the listening sockets."""
    config = uvicorn.Config(
        app,
        ws=Protocol,
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
        log_level="warning",
        access_log=False,
    )
    return Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises OSError.

    It names its protocol: asyncio turns Nagle's algorithm off only for sockets that do, and with it on every frame that
    follows another waits 40 ms for the browser's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option lets two processes share a port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(512)
    except BaseException:
        door.close()
        raise
    return door
