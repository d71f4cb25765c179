"""A mail server on this machine that keeps what it is sent and answers as it is told."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

# aiosmtpd ships no type information
from aiosmtpd.controller import Controller  # type: ignore[import-untyped]
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword  # type: ignore[import-untyped]

LOGIN = (b"bell@hotel.example", b"p@ss word")


@dataclass
class PostOffice:
    """`mails`: what was taken. `at_recipient`, `at_end`: what is answered there instead of OK;
    `hangs_up`: the connection ends once the text has come, with no answer.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str | None] = field(default_factory=list)
    at_recipient: str | None = None
    at_end: str | None = None
    hangs_up: bool = False

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.at_end:
            return self.at_end
        self.mails.append(message_from_bytes(envelope.content, policy=policy.SMTP))
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        self.logins.append(session.auth_data)
        if self.hangs_up:
            server.transport.abort()
        return "250 taken"


class _Server(Controller):  # type: ignore[misc]  # aiosmtpd ships no type information
    """Listens on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office(
    context: ssl.SSLContext | None = None, *, login: bool = False, is_secure: bool = False
) -> Iterator[PostOffice]:
    """A mail server; with a context it offers STARTTLS, or is encrypted from the start."""
    office = PostOffice()

    def check(
        server: SMTP, session: Any, envelope: Any, how: str, given: LoginPassword
    ) -> AuthResult:
        success = (given.login, given.password) == LOGIN
        return AuthResult(success=success, handled=False, auth_data=given.login.decode())

    server = _Server(
        office,
        hostname="127.0.0.1",
        port=0,
        ssl_context=context if is_secure else None,
        tls_context=None if is_secure else context,
        authenticator=check,
        auth_required=login,
        auth_require_tls=context is not None,
    )
    server.start()
    office.port = server.port
    yield office
    server.stop()
