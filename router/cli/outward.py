"""`doctor`'s checks of the ways to others than the contact: the mail server, webhooks' secrets."""

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from router.cli.finding import Finding
from router.couriers.mail import Mailer
from router.flows.rulebooks.live import RulebookLost
from router.flows.world import World
from router.store.engine import DatabaseDown
from router.store.tables import Tenant
from rules.model import Webhook


def check_mail(world: World) -> list[Finding]:
    """Where SMTP_URL is set: the server answers, is encrypted as it can be, and takes the login."""
    mailer = Mailer(world.settings)
    if world.settings.smtp_url is None:
        return [Finding(True, "no server is set: notices by mail will fail")]
    wrong = mailer.check()
    if wrong is not None:
        return [Finding(False, wrong, "correct SMTP_URL, or start the server")]
    return [Finding(True, f"the server answers; mail comes from {mailer.sender}")]


def check_webhooks(world: World) -> list[Finding]:
    """Every webhook of a live rulebook has its secret."""
    try:
        webhooks = _live_webhooks(world)
    except (DatabaseDown, SQLAlchemyError):
        return []  # said by the database's own check
    return [_check_secret(world, tenant, webhook) for tenant, webhook in webhooks]


def _live_webhooks(world: World) -> list[tuple[str, Webhook]]:
    with world.store.read() as connection:
        live = select(col(Tenant.id)).where(col(Tenant.live_revision).is_not(None))
        tenants = connection.execute(live.order_by(col(Tenant.id))).scalars().all()
        return [
            (tenant, webhook)
            for tenant in tenants
            for webhook in _webhooks_of(world, connection, tenant)
        ]


def _webhooks_of(world: World, connection: Connection, tenant: str) -> tuple[Webhook, ...]:
    try:
        return tuple(world.live_book(connection, tenant).webhooks.values())
    except RulebookLost:
        return ()  # said by the rulebooks' own check


def _check_secret(world: World, tenant: str, webhook: Webhook) -> Finding:
    name = f"{webhook.name} of {tenant}"
    if world.settings.webhook_secret_of(webhook.secret) is None:
        return Finding(False, f"{name}: {webhook.secret} is not set", f"set {webhook.secret}")
    return Finding(True, f"{name} has its secret")
