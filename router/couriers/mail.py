"""Mail by the server of SMTP_URL: handed over once, and never again after its text was sent."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from router.couriers.outcome import Done, Failed, Outcome, Retry, Unknown
from router.https import trusting_context
from router.now import steady_seconds
from router.settings import Settings

SECONDS = 10.0
NO_SERVER = "no mail server is set: SMTP_URL"
NO_TIME = "there was no time left"
SILENT = "the mail server does not answer"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"smtp": 587, "smtps": 465}
_GO_AHEAD = 354
_LINE_WITH_PERIOD = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person. `id` is stable, so that a repetition can be seen as one."""

    id: str
    to: str
    subject: str
    text: str
    at: datetime


class Refused(Exception):
    """The mail server does not take what we say; `outcome` tells what that means."""

    def __init__(self, outcome: Retry | Failed) -> None:
        super().__init__(outcome.why)
        self.outcome = outcome


class Mailer:
    """Sends mail. Safe to use from many threads: each letter has a connection of its own."""

    def __init__(
        self,
        settings: Settings,
        *,
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._server = urlsplit(settings.smtp_url) if settings.smtp_url else None
        self._domain = urlsplit(settings.public_url).hostname or "localhost"
        self._context = context or trusting_context()
        self._seconds = seconds

    @property
    def sender(self) -> str:
        """The address that mail comes from: the one of `?from=`, else the user where that is one,
        else bellhop@ the host of PUBLIC_URL.
        """
        server = self._server or urlsplit("")
        asked = parse_qs(server.query).get("from", [unquote(server.username or "")])[0]
        return asked if "@" in asked else f"bellhop@{self._domain}"

    def send(self, letter: Letter, deadline: float) -> Outcome:
        """Hand a letter over, once; past `deadline` (of steady_seconds) its text is not sent."""
        if self._server is None:
            return Failed(NO_SERVER)
        if not letter.to.isascii() or not letter.to.isprintable() or "@" not in letter.to:
            return Failed("the address cannot be written to")
        try:
            with self._connected(self._server) as smtp:
                _expect(smtp.mail(self.sender), "the sender")
                _expect(smtp.rcpt(letter.to), "the address")
                if steady_seconds() >= deadline:
                    return Retry(NO_TIME)
                return _hand_over(smtp, self._written(letter))
        except Refused as refused:
            return refused.outcome

    def check(self) -> str | None:
        """What is wrong with the server or the way to it, in plain words; None where nothing."""
        try:
            with self._connected(self._server or urlsplit("")):
                return None
        except Refused as refused:
            return refused.outcome.why

    @contextmanager
    def _connected(self, server: SplitResult) -> Iterator[smtplib.SMTP]:
        """Signed in, encrypted where the server can. Raises Refused; nothing was sent then."""
        try:
            smtp = self._connect(server)
        except smtplib.SMTPAuthenticationError as error:
            raise Refused(Retry(f"the mail server refuses the login ({error.smtp_code})")) from None
        except ssl.SSLCertVerificationError:
            raise Refused(Retry("the mail server's certificate is not trusted")) from None
        except OSError:  # smtplib's own are among these
            raise Refused(Retry(SILENT)) from None
        try:
            yield smtp
        except OSError:
            raise Refused(Retry("the mail server broke off")) from None
        finally:
            with suppress(OSError):
                smtp.quit()
            smtp.close()

    def _connect(self, server: SplitResult) -> smtplib.SMTP:
        host, port = server.hostname or "", server.port or _PORTS[server.scheme]
        us, seconds = self._domain, self._seconds
        if server.scheme == "smtps":
            context = self._context
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, us, timeout=seconds, context=context)
        else:
            smtp = smtplib.SMTP(host, port, us, seconds)
        try:
            self._sign_in(smtp, server)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _sign_in(self, smtp: smtplib.SMTP, server: SplitResult) -> None:
        smtp.ehlo()
        is_encrypted = server.scheme == "smtps"
        if not is_encrypted and smtp.has_extn("starttls"):
            smtp.starttls(context=self._context)
            smtp.ehlo()
            is_encrypted = True
        if server.username is None:
            return
        if not is_encrypted and server.hostname not in _HERE:
            why = "the mail server offers no encryption: the password is not sent to it"
            raise Refused(Failed(why))
        smtp.login(unquote(server.username), unquote(server.password or ""))

    def _written(self, letter: Letter) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = f"Bellhop <{self.sender}>"
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"  # nobody's holiday notice answers it
        message.set_content(letter.text)
        return message.as_bytes()


def _expect(answer: tuple[int, bytes], what: str) -> None:
    code = answer[0]
    if code not in range(200, 300):
        raise Refused(_refusal(code, what))


def _refusal(code: int, what: str) -> Retry | Failed:
    why = f"the mail server refuses {what} ({code})"
    return Failed(why) if code >= 500 else Retry(why)  # noqa: PLR2004 - a 5xx is for good


def _hand_over(smtp: smtplib.SMTP, text: bytes) -> Outcome:
    """Send the text. Once its first byte has left, no answer means that it may have been taken."""
    code, _ = smtp.docmd("DATA")
    if code != _GO_AHEAD:
        return _refusal(code, "the mail")
    try:
        smtp.send(_LINE_WITH_PERIOD.sub(b"..", text) + b".\r\n")
        code, _ = smtp.getreply()
    except OSError:
        return Unknown("the mail server broke off after the mail was sent")
    return Done() if code in range(200, 300) else _refusal(code, "the mail")
