"""The event stream that tells an open inbox which thread changed. It holds no database connection.

Events: `ready` once it listens, then `changed` with a thread's id (or `*`: show everything afresh).
A comment every few seconds finds out that the page is gone; after some minutes the stream ends and
the page connects again, so that a session that was ended meanwhile is noticed.
"""

import time
from collections.abc import Iterator

from flask import Blueprint, Response

from router.jobs.live import ANY, LiveFeed
from router.meters import STREAMS
from router.web.parts import parts
from router.web.seats import Seat
from router.web.staff import me, require_staff

HEARTBEAT_SECONDS = 10.0
LIFETIME_SECONDS = 300.0
RETRY_MILLISECONDS = 2000

pages = Blueprint("live", __name__)
pages.before_request(require_staff)


@pages.get("/inbox/live")
def stream() -> Response:
    """The stream of the signed-in person's tenant; 204 where no seat is free: the page polls."""
    staff = me()
    seat = parts().seats.take(f"{staff.tenant_id}/{staff.staff_id}")
    if seat is None:
        return Response(status=204)
    response = Response(
        _events(parts().live, staff.tenant_id, seat),
        mimetype="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
    seats, meters = parts().seats, parts().world.meters

    def leave() -> None:
        seats.release(seat)
        meters.show(STREAMS, seats.taken)

    response.call_on_close(leave)
    meters.show(STREAMS, seats.taken)
    return response


def _events(feed: LiveFeed, tenant_id: str, seat: Seat) -> Iterator[str]:
    ends_at = time.monotonic() + LIFETIME_SECONDS
    with feed.listen(tenant_id) as news:
        seat.wake = lambda: news.tell(ANY)
        yield f"retry: {RETRY_MILLISECONDS}\nevent: ready\ndata: {ANY}\n\n"
        while time.monotonic() < ends_at and not seat.wanted_back.is_set():
            changed = news.wait(HEARTBEAT_SECONDS)
            yield "".join(map(_changed, sorted(changed))) or ": still here\n\n"


def _changed(thread_id: str) -> str:
    return f"event: changed\ndata: {thread_id}\n\n"
