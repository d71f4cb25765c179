"""The texts as dramatiq's actors, one message each.

dramatiq bench.peers.actors --processes 1 --threads 32
python -m bench.peers.actors stored|bare FIRST COUNT     (enqueues)
"""

import os
import sys

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peers.sending import Sender

broker = RedisBroker(url=os.environ["PEERS_REDIS_URL"])
dramatiq.set_broker(broker)
sender = Sender()


@dramatiq.actor
def send_stored(text_id: int) -> None:
    """Read, send, write back."""
    sender.send_stored(text_id)


@dramatiq.actor
def send_bare(_text_id: int) -> None:
    """Send."""
    sender.send_bare()


def main(form: str, first: int, count: int) -> None:
    """Enqueue as many texts, from the one numbered `first`."""
    actor = {"stored": send_stored, "bare": send_bare}[form]
    for number in range(first, first + count):
        actor.send(number)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
