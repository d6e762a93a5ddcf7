"""The socket to AbletonOSC: what is sent to Live, and only what comes back from there."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from patchpilot.errors import LiveError
from patchpilot.live.wire import MOST_BYTES, Message, bundle, decode, encode

PORT = 11_000
"""Where AbletonOSC listens."""
REPLY_PORT = 11_001
"""Where it sends all replies to, whoever asks."""
_BUFFER = 4 * 2**20
Heard = tuple[str, tuple[Any, ...]]
"""Address and arguments of a message."""


@dataclass
class Ignored:
    """How many datagrams were thrown away, and why.

    Attributes:
        strangers: they came from elsewhere than Live.
        garbage: they were no OSC.
        late: answers to what was no longer asked.
    """

    strangers: int = 0
    garbage: int = 0
    late: int = 0


class Port:
    """Where replies arrive.

    Args:
        host: of Live; only this machine's own addresses, unless `beyond` is set.
        port: where AbletonOSC listens.
        reply_port: where it answers to; the system chooses one for 0.
        beyond: whether another machine may be talked to.

    Raises:
        LiveError: the host is another machine, or the reply port is taken.
    """

    def __init__(self, host: str, port: int, reply_port: int, *, beyond: bool) -> None:
        self.address = _resolved(host, beyond), port
        self.ignored = Ignored()
        is_own = ipaddress.ip_address(self.address[0]).is_loopback
        self._socket = listening(
            reply_port, _BUFFER, beyond=not is_own,
            what=", where AbletonOSC answers to",
            advice=", perhaps another Patch Pilot or another tool that talks to Live; close that one first",
        )  # fmt: skip

    @property
    def name(self) -> str:
        """Whom it talks to."""
        return f"Live on {self.address[0]}:{self.address[1]}"

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def send(self, messages: Sequence[Message]) -> None:
        """Send a message, or several as one datagram.

        Raises:
            LiveError: they are too long, or the system refuses them.
            PluginError: the extra is not installed.
        """
        data = encode(messages[0]) if len(messages) == 1 else bundle(messages)
        if len(data) > MOST_BYTES:
            raise LiveError(f"{messages[0].address}: {len(data)} bytes are too many for one message to Live")
        try:
            self._socket.sendto(data, self.address)
        except OSError as error:
            raise LiveError(f"cannot send to {self.name}: {error.strerror or error}") from None

    def receive(self, timeout_s: float) -> Heard | None:
        """A message of Live; None after the time, or where what came is of somebody else or no OSC."""
        self._socket.settimeout(timeout_s)
        try:
            data, sender = self._socket.recvfrom(2**16)
        except (TimeoutError, BlockingIOError, ConnectionError):  # the last on Windows, where nobody listens
            return None
        if sender != self.address:
            self.ignored.strangers += 1
            return None
        found = decode(data)
        if found is None:
            self.ignored.garbage += 1
        return found


def listening(port: int, buffer_bytes: int, *, beyond: bool, advice: str, what: str = "") -> socket.socket:
    """A UDP socket.

    Args:
        port: to listen on; the system chooses one for 0.
        buffer_bytes: what the system may keep for us.
        beyond: whether other machines are heard, too.
        advice: the end of the message if another program has the port.
        what: the port is.

    Raises:
        LiveError: the port is taken.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        opened.bind(("0.0.0.0" if beyond else "127.0.0.1", port))
    except OSError as error:
        opened.close()
        raise LiveError(
            f"cannot listen on port {port}{what} ({error.strerror}): another program has it{advice}"
        ) from None
    return opened


def _resolved(host: str, beyond: bool) -> str:
    try:
        address = socket.gethostbyname(host)
    except OSError as error:
        raise LiveError(f"there is no machine called {host!r}: {error.strerror or error}") from None
    if not ipaddress.ip_address(address).is_loopback and not beyond:
        raise LiveError(
            f"{host} is another machine, and OSC has no password: whoever is in the network could turn Live's knobs or "
            "answer in its place. If that is your own network, say so with --beyond"
        )
    return address
