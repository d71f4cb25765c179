"""A proxy before Valkey that loses replies: the command was carried out, and nobody hears of it."""

import random
import re
import socket
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

SHARE = 0.3  # of the replies that pass, so that not only those to the first commands are lost
COMMAND = re.compile(rb"\*\d+\r\n\$\d+\r\n([A-Za-z]+)\r\n")
LARGEST = 65_536


@dataclass(slots=True)
class Proxy:
    """Listens at a unix socket, passes on to another, and loses what it is told to lose.

    A client whose reply was lost hears nothing more on that connection: it is closed, or hangs
    until the client gives up, in turns.
    """

    listens_at: Path
    passes_to: Path
    lost: Counter[str] = field(default_factory=Counter)
    _owed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listener: socket.socket = field(default_factory=partial(socket.socket, socket.AF_UNIX))

    def start(self) -> None:
        """Begin to listen, in place of whoever listened there before."""
        self.listens_at.unlink(missing_ok=True)
        self._listener.bind(str(self.listens_at))
        self._listener.listen(128)
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, replies: int) -> None:
        """Lose some of the next replies, whosever they are."""
        with self._lock:
            self._owed += replies

    def has_lost(self, replies: int) -> bool:
        """Whether so many have been lost in all."""
        return self.lost.total() >= replies

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.passes_to))
                call = Call(self, client, server)
                threading.Thread(target=call.pass_commands, daemon=True).start()
                threading.Thread(target=call.pass_replies, daemon=True).start()

    def takes(self, command: str) -> bool:
        """Whether the reply to this command is to be lost; counted if so."""
        with self._lock:
            if not self._owed or random.random() > SHARE:
                return False
            self._owed -= 1
            self.lost[command] += 1
            return True

    def hangs_next(self) -> bool:
        """Whether whoever lost a reply now is left hanging."""
        return self.lost.total() % 2 == 0


@dataclass(slots=True)
class Call:
    """One connection of a client's, and ours to the server behind."""

    proxy: Proxy
    client: socket.socket
    server: socket.socket
    command: str = "?"
    is_deaf: bool = False

    def pass_commands(self) -> None:
        """Client to server, until either ends."""
        with suppress(OSError):
            while data := self.client.recv(LARGEST):
                named = COMMAND.findall(data)
                self.command = named[-1].decode().upper() if named else self.command
                self.server.sendall(data)
        self._end()

    def pass_replies(self) -> None:
        """Server to client, until either ends or a reply is lost."""
        with suppress(OSError):
            while data := self.server.recv(LARGEST):
                if self.is_deaf:
                    continue
                if self.proxy.takes(self.command):
                    self.is_deaf = True
                    if not self.proxy.hangs_next():
                        break
                else:
                    self.client.sendall(data)
        self._end()

    def _end(self) -> None:
        for each in (self.client, self.server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
