"""The texts as Celery's tasks, one each, in threads.

celery -A bench.peers.tasks worker --pool threads --concurrency 32
python -m bench.peers.tasks stored|bare FIRST COUNT     (enqueues)
"""

import os
import sys

from celery import Celery

from bench.peers.sending import Sender

app = Celery(broker=os.environ["PEERS_REDIS_URL"].replace("unix://", "redis+socket://"))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
sender = Sender()


@app.task(name="send_stored")
def send_stored(text_id: int) -> None:
    """Read, send, write back."""
    sender.send_stored(text_id)


@app.task(name="send_bare")
def send_bare(_text_id: int) -> None:
    """Send."""
    sender.send_bare()


def main(form: str, first: int, count: int) -> None:
    """Enqueue as many texts, from the one numbered `first`."""
    task = {"stored": send_stored, "bare": send_bare}[form]
    for number in range(first, first + count):
        task.delay(number)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
