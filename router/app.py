"""The web application, composed: blueprints, limits, sessions, headers."""

from datetime import timedelta

from flask import Blueprint, Flask

# flask-wtf ships no type information
from flask_wtf import CSRFProtect  # type: ignore[import-untyped]

from router.carrier.simulator import Simulator
from router.flows.senders import all_senders
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.live import LiveFeed
from router.jobs.process import access_log, meters_folder, process_world
from router.jobs.shared_meters import SharedMeters
from router.jobs.warmth import Warmth
from router.logs import set_up_logs
from router.now import MovableNow
from router.settings import Settings, load_settings
from router.web import auth, failures, health, home, inbox, live, simulator_page, webhooks, wording
from router.web.access import AccessNotes
from router.web.beside import Beside
from router.web.client import BehindProxies
from router.web.ending import as_it_ends, when_told_to_end
from router.web.figures import make_registry
from router.web.form import LARGEST_BODY_BYTES, MOST_PARAMETERS
from router.web.headers import add_headers
from router.web.parts import Parts, install, parts
from router.web.prefix import Prefixed, path_prefix
from router.web.seats import Seats
from router.web.staff import make_login_manager
from router.web.turns import InTurns

MAX_STREAMS = 24
SESSION_HOURS = 12
FORM_LIMITS = {
    "MAX_CONTENT_LENGTH": LARGEST_BODY_BYTES,
    "MAX_FORM_MEMORY_SIZE": LARGEST_BODY_BYTES,
    "MAX_FORM_PARTS": MOST_PARAMETERS,
}


def create_app(
    world: World,
    bell: Bell,
    live_feed: LiveFeed,
    *,
    simulator: Blueprint | None = None,
    max_streams: int = MAX_STREAMS,
    shared: SharedMeters | None = None,
    notes: AccessNotes | None = None,
) -> Flask:
    """The app over these parts. `simulator` (demo and tests) also mounts the page /simulator.

    `max_streams` must stay well below the server's threads: each open inbox holds one. `shared`
    has /metrics show the figures of all processes of the machine, `notes` each request logged.
    """
    its_parts = Parts(world, bell, live_feed, make_registry(world, shared), Seats(max_streams))
    app = _make_pages(its_parts, simulator, notes)
    _mount(app, _make_webhooks(its_parts, notes), world.settings)
    return app


def _make_webhooks(its_parts: Parts, notes: AccessNotes | None) -> Flask:
    """The carrier's app: a text needs no session, no sign-in, no form token and no headers for
    browsers, and would pay for all of them.
    """
    app = Flask("router.web", static_folder=None)
    if notes is not None:
        notes.add_to(app)
    install(app, its_parts)
    app.config.update(FORM_LIMITS)
    app.register_blueprint(webhooks.pages)
    return app


def _make_pages(its_parts: Parts, simulator: Blueprint | None, notes: AccessNotes | None) -> Flask:
    """People's app: the inbox and all else that a browser or an operator asks for."""
    world = its_parts.world
    app = Flask("router.web")
    if notes is not None:
        notes.add_to(app)
    install(app, its_parts)
    _configure(app, world)
    make_login_manager().init_app(app)
    csrf = CSRFProtect(app)
    limiter = auth.make_limiter(world.settings.redis_url)
    limiter.init_app(app)
    auth.limit_tries(limiter)
    for pages in (home, auth, inbox, live, health):
        app.register_blueprint(pages.pages)
    if simulator is not None:
        csrf.exempt(simulator)
        app.register_blueprint(simulator)
        app.register_blueprint(simulator_page.pages)
    wording.add_filters(app)
    failures.add_to(app)
    return app


def build_from_environment() -> Flask:
    """The app of a server process, as settings from the environment describe it. SettingsError
    names every fault. To be called in the main thread: it listens for the signal to end.
    """
    settings = load_settings()
    set_up_logs("web")
    world = process_world(settings)
    warmth = Warmth(world).start()
    simulator = None
    if settings.simulator and isinstance(world.now, MovableNow):
        simulator = _simulate(world, world.now).blueprint
    bell, feed = Bell(settings.redis_url, world.meters), LiveFeed(settings.redis_url)
    shared = SharedMeters(meters_folder(settings), world.meters, "web").start()
    notes = AccessNotes(access_log(settings), world.now).start()
    app = create_app(world, bell, feed, simulator=simulator, shared=shared, notes=notes)
    with app.app_context():
        when_told_to_end(parts().seats.close)
    as_it_ends(notes.close, shared.close, bell.close, feed.close, warmth.close)
    return app


def _simulate(world: World, now: MovableNow) -> Simulator:
    """The simulated carrier, with an account that has the numbers of the live rulebooks."""
    settings = world.settings
    simulator = Simulator(settings, now, settings.data_dir / "simulator" / "carrier.sqlite")
    with world.store.read() as connection:
        for sender in all_senders(connection):
            simulator.add_number(
                sender.address, opt_out_by=sender.opt_out_by, service=sender.service_sid
            )
    return simulator


def _configure(app: Flask, world: World) -> None:
    settings = world.settings
    is_https = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        **FORM_LIMITS,
        SESSION_COOKIE_NAME="bellhop",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session that it belongs to
    )
    add_headers(app, is_https=is_https)


def _mount(app: Flask, beside: Flask, settings: Settings) -> None:
    """The webhooks beside the pages, both below the prefix of PUBLIC_URL and behind its proxies."""
    app.wsgi_app = Beside(app.wsgi_app, "/twilio/", InTurns(beside))  # type: ignore[method-assign]  # Flask's way
    prefix = path_prefix(settings.public_url)
    if prefix:
        app.wsgi_app = Prefixed(app.wsgi_app, prefix)  # type: ignore[method-assign]  # likewise
    if settings.trusted_proxies:
        outer = BehindProxies(app.wsgi_app, settings.trusted_proxies)
        app.wsgi_app = outer  # type: ignore[method-assign]  # likewise
