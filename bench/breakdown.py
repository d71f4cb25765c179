"""Where the time of an inbound text goes: the app driven in this process, one text at a time."""

import io
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from statistics import median
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Connection, Engine
from werkzeug.formparser import FormDataParser

from bench.report import Say, heading, table
from bench.stopwatch import Part, Stopwatch
from bench.traffic import INBOUND_PATH, Text, sign_text, write_texts
from router.app import create_app
from router.carrier.signature import SIGNATURE_HEADER
from router.flows import held, receive, senders
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.live import LiveFeed
from router.store import statement
from router.store.postgresql import PipelinedConnection
from router.store.sealing import TenantKeys
from router.store.sqlite import SqliteConnection
from router.store.statement import Statement
from router.web import webhooks

FIRST = 2 * 10**9  # MessageSids of this bench are numbered apart
OTHER = "Flask: routing, request, headers, answer"


def measure_steps(say: Say, kind: str, world: World, seed: int, texts: int) -> float:
    """Print the cost of each step and its share; the median µs a text, unwatched."""
    bell, feed = Bell(world.settings.redis_url), LiveFeed(world.settings.redis_url)
    app = create_app(world, bell, feed)
    written = write_texts(seed, FIRST)
    drive(app, islice(written, 50))
    cpu = _cpu_beside()
    plain = drive(app, islice(written, texts))
    beside_us = (_cpu_beside() - cpu) / texts * 1e6
    watch = Stopwatch()
    with watch.watching(parts_of(world)):
        watched = drive(app, islice(written, texts), watch)
    bell.close()
    feed.close()
    say(heading(f"where the time goes on {kind}: one text at a time in one process"))
    for line in table(("step", "µs a text", "share", "calls"), _rows(watch, texts)):
        say(line)
    say(
        f"a text: median {median(plain):,.0f} µs unwatched, {median(watched):,.0f} µs watched; "
        f"other threads (the bell's) {beside_us:,.0f} µs of CPU a text beside it"
    )
    return median(plain)


def measure_alone(app: Flask, seed: int, texts: int) -> float:
    """The median µs that an app takes for a text, one at a time in this process."""
    return median(drive(app, islice(write_texts(seed, FIRST), texts)))


def parts_of(world: World) -> list[Part]:
    """The functions of each step."""
    dialect = world.store.engine.dialect
    driver = SqliteConnection if world.store.is_sqlite else PipelinedConnection
    return [
        Part("form: parse", FormDataParser, "parse"),
        Part("form: caps", webhooks, "check_form"),
        Part("signature", webhooks, "verify"),
        Part("signature", webhooks, "signed_url"),
        Part("text: read from the form", webhooks, "parse_inbound"),
        Part("flow: our own code around the steps", webhooks, "receive"),
        Part("classify", receive, "read"),
        Part("decide", receive, "decide"),
        *(
            Part("seal, open, look-up hashes", TenantKeys, name)
            for name in ("seal", "open", "seal_json", "open_json", "lookup")
        ),
        Part("database: connection from the pool, begin", Engine, "connect"),
        Part("database: connection from the pool, begin", Connection, "exec_driver_sql"),
        Part("database: ping", dialect, "do_ping"),
        Part("database: values bound, rows read", Statement, "run"),
        *(Part("database: values bound, rows read", owner, "ask") for owner in (held, senders)),
        Part("database: values bound, rows read", statement, "ask"),
        *(Part("database: statements in the driver", driver, name) for name in ("tell", "ask")),
        Part("database: SQLAlchemy around statements", Connection, "execute"),
        Part("database: statements in the driver", dialect, "do_execute"),
        Part("database: statements in the driver", dialect, "do_executemany"),
        Part("database: SQLAlchemy around the commit", Connection, "commit"),
        Part("database: connection back", Connection, "close"),
        Part("database: connection back", dialect, "do_rollback"),
        Part("database: commit", dialect, "do_commit"),
        Part("bell: leave ids with its thread", Bell, "ring"),
    ]


def drive(app: Flask, texts: Iterable[Text], watch: Stopwatch | None = None) -> list[float]:
    """Post each text to the app, without a server; the µs that each took."""
    call = watch.timed(OTHER, _call) if watch else _call
    took = []
    for environ in map(_environ, texts):
        began = time.perf_counter()
        status = call(app, environ)
        took.append((time.perf_counter() - began) * 1e6)
        if status != "200 OK":
            raise ValueError(f"a text was answered {status}")
    return took


def _call(app: Flask, environ: dict[str, Any]) -> str:
    seen = []

    def start_response(status: str, _headers: Any, _error: Any = None) -> Any:
        seen.append(status)

    for _ in app(environ, start_response):
        pass
    return seen[0]


def _environ(text: Text) -> dict[str, Any]:
    body = urlencode(text.form()).encode()
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": INBOUND_PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "sms.example.com",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=UTF-8",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_" + SIGNATURE_HEADER.upper().replace("-", "_"): sign_text(text),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _cpu_beside() -> float:
    assert threading.current_thread() is threading.main_thread()
    return time.process_time() - time.thread_time()


def _rows(watch: Stopwatch, texts: int) -> Iterator[tuple[str, ...]]:
    whole = sum(watch.seconds.values())
    for step, seconds in sorted(watch.seconds.items(), key=lambda item: -item[1]):
        calls = watch.calls[step] / texts
        yield step, f"{seconds / texts * 1e6:,.0f}", f"{seconds / whole:.0%}", f"{calls:.1f}"
    yield "all of it", f"{whole / texts * 1e6:,.0f}", "100%", ""
