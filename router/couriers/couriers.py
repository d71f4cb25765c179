"""The couriers of a process, composed from its settings."""

from dataclasses import dataclass

from router.couriers.mail import Mailer
from router.couriers.post import Poster
from router.couriers.push import Pusher
from router.couriers.webhook import WebhookCaller
from router.settings import Settings


@dataclass(frozen=True, slots=True)
class Couriers:
    """The ways to others than the contact; each is safe to use from many threads."""

    mailer: Mailer
    pusher: Pusher
    webhooks: WebhookCaller


def make_couriers(settings: Settings) -> Couriers:
    """Couriers that reach public addresses alone. With the simulator on, push endpoints may be on
    this machine, where a push service of a demo or a test would be; webhooks never.
    """
    return Couriers(
        Mailer(settings),
        Pusher(settings, Poster(loopback=settings.simulator)),
        WebhookCaller(Poster()),
    )
