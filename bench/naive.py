"""The naive side: what a first version usually is. A session a step, one RQ job a message.

It verifies the signature with the same trusted check, stores plain text, keeps no decision, no
consent, no order. Its SQLite is given WAL, synchronous=FULL and a busy timeout, as ours has: with
SQLite's defaults most of its requests fail under load.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, abort, request
from redis import Redis
from rq import Queue
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, col, select

# twilio ships no type information
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from router.settings import Settings, load_settings

CONNECTIONS = 32
BUSY_SECONDS = 5


class Plain(SQLModel, registry=registry()):
    """Tables apart from the product's own."""


class Business(Plain, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    number: str = Field(unique=True)


class Guest(Plain, table=True):
    id: int | None = Field(default=None, primary_key=True)
    business_id: int
    phone: str = Field(index=True)


class Conversation(Plain, table=True):
    id: int | None = Field(default=None, primary_key=True)
    guest_id: int = Field(unique=True)
    team: str | None = None
    updated_at: datetime


class Sms(Plain, table=True):
    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(index=True)
    sid: str | None = Field(default=None, unique=True)
    direction: str
    state: str
    body: str
    created_at: datetime


RULES = [
    (re.compile(pattern, re.IGNORECASE), team, reply)
    for pattern, team, reply in (
        (r"\b(fire|smoke|ambulance|fuego|humo)\b", "duty-manager", "We are on our way."),
        (r"\b(broken|not working|leak|no funciona|fuga)\b", "engineering", "Someone is coming."),
        (r"\b(light bulb|lightbulb|bombilla)\b", "engineering", "Someone is coming."),
        (r"\b(towels?|toallas?)\b", "front-desk", "Towels are on the way."),
        (r"\b(clean my room|housekeeping|soap)\b", "housekeeping", "Housekeeping is coming."),
        (r"^\s*(thanks|thank you|gracias)\W*$", None, "You are most welcome."),
        (r"^\s*(help)\W*$", None, "The Grand Hotel. Reply STOP to end."),
    )
]


def make_engine(url: str) -> Engine:
    """An engine with room for as many sessions as there are connections."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=CONNECTIONS)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=CONNECTIONS)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def make_app(settings: Settings) -> Flask:
    """The app over a database whose tables are there."""
    app = Flask(__name__)
    engine = make_engine(settings.database_url)
    queue = Queue("naive", connection=Redis.from_url(settings.redis_url))
    validator = RequestValidator(settings.twilio_auth_token[0].get_secret_value())

    @app.post("/twilio/inbound")
    def inbound() -> Response:
        form = request.form
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(settings.public_url + request.path, form, signature):
            abort(403)
        conversation_id = take_in(engine, form)
        if conversation_id is not None:
            queue.enqueue(deliver, answer(engine, conversation_id, form["Body"]))
        return Response("<Response/>", mimetype="text/xml")

    return app


def take_in(engine: Engine, form: Mapping[str, str]) -> int | None:
    """Store a text, a session a step; None where it was stored before."""
    sender, to, sid = form["From"], form["To"], form["MessageSid"]
    with Session(engine) as session:
        business = session.exec(select(Business).where(col(Business.number) == to)).one()
        business_id = business.id
        if session.exec(select(Sms).where(col(Sms.sid) == sid)).first():
            return None
    with Session(engine) as session:
        guest = session.exec(
            select(Guest).where(col(Guest.business_id) == business_id, col(Guest.phone) == sender)
        ).one()
        guest_id = guest.id
    with Session(engine) as session:
        conversation = session.exec(
            select(Conversation).where(col(Conversation.guest_id) == guest_id)
        ).one()
        conversation_id = conversation.id or 0
    shared = _of(conversation_id)
    _store(engine, Sms(direction="in", state="received", body=form["Body"], sid=sid, **shared))
    return conversation_id


def answer(engine: Engine, conversation_id: int, body: str) -> int:
    """Route by the first regex that fits and queue its reply; the id to deliver, 0 for none."""
    team, reply = next(((t, r) for regex, t, r in RULES if regex.search(body)), ("front-desk", ""))
    with Session(engine) as session:
        conversation = session.get_one(Conversation, conversation_id)
        conversation.team = team or conversation.team
        conversation.updated_at = datetime.now(UTC)
        session.add(conversation)
        session.commit()
    if not reply:
        return 0
    shared = _of(conversation_id)
    return _store(engine, Sms(direction="out", state="queued", body=reply, **shared))


def deliver(message_id: int) -> None:
    """The job; nobody works the queue while a bench runs."""


def _of(conversation_id: int) -> dict[str, Any]:
    return {"conversation_id": conversation_id, "created_at": datetime.now(UTC)}


def _store(engine: Engine, message: Sms) -> int:
    with Session(engine) as session:
        session.add(message)
        session.commit()
        session.refresh(message)
        return message.id or 0


def build_from_environment() -> Flask:
    """What the server loads."""
    return make_app(load_settings())
