"""What a job of the peers does: read a text, send it with Twilio's own SDK, write its SID back.

As a user would write it, and no slower than need be: SQLAlchemy Core, a transaction a step, a pool
of as many connections as there are threads; SQLite in WAL, synchronous=FULL, with a busy timeout.
"""

import logging
import os
from typing import Any

from requests.adapters import HTTPAdapter
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    select,
    update,
)
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

THREADS = 32
BUSY_SECONDS = 5
TEXT = ("+16515550000", "+16125550100", "Towels are on the way.")

texts = Table(
    "text",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("recipient", String, nullable=False),
    Column("number", String, nullable=False),
    Column("body", String, nullable=False),
    Column("state", String, nullable=False),
    Column("sid", String, unique=True),
)


class LocalClient(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's own client, sent to another host, with as many kept connections as threads."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.session.mount("http://", HTTPAdapter(pool_maxsize=THREADS))

    def request(self, method: str, url: str, *given: Any, **named: Any) -> Any:
        """Make the request over there."""
        local = url.replace("https://api.twilio.com", self._url)
        return super().request(method, local, *given, **named)


def make_engine(url: str) -> Any:
    """The database of the texts."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=THREADS)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=THREADS)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


class Sender:
    """Sends, at the database and the carrier that the environment names."""

    def __init__(self) -> None:
        logging.getLogger("twilio.http_client").setLevel(
            logging.WARNING
        )  # it tells of each request
        self._engine = make_engine(os.environ["PEERS_DATABASE_URL"])
        client = Client(
            "AC" + "0" * 32, "token", http_client=LocalClient(os.environ["PEERS_API_URL"])
        )
        self._messages = client.messages

    def send_stored(self, text_id: int) -> None:
        """Like for like: read, send, write back."""
        with self._engine.begin() as connection:
            row = connection.execute(select(texts).where(texts.c.id == text_id)).one()
        if row.state != "queued":
            return
        sid = self._send(row.recipient, row.number, row.body)
        with self._engine.begin() as connection:
            connection.execute(
                update(texts).where(texts.c.id == text_id).values(state="accepted", sid=sid)
            )

    def send_bare(self) -> None:
        """Only the request; nothing is read and nothing kept."""
        self._send(*TEXT)

    def _send(self, recipient: str, number: str, body: str) -> str:
        callback = f"https://sms.example.com/twilio/status?text={recipient[1:]}"
        sent = self._messages.create(
            to=recipient, from_=number, body=body, status_callback=callback
        )
        return str(sent.sid)
