"""Whether this process lives, whether the installation can work, and its figures."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from router.web.figures import render
from router.web.parts import parts
from router.web.readiness import CHECKS

pages = Blueprint("health", __name__)


@pages.get("/health/live")
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@pages.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Each part with `ok` or what is wrong; 503 where any is down.

    Notes make nothing unready: what is in force works on, and a text is taken in without a worker.
    """
    found = parts().readiness.look(parts().world)
    is_ready = all(found[name] == "ok" for name in CHECKS)
    return jsonify(ready=is_ready, **found), 200 if is_ready else 503


@pages.get("/metrics")
def metrics() -> Response:
    """The figures of this machine's processes, and of the database, for Prometheus."""
    return Response(render(parts().figures), content_type=CONTENT_TYPE_LATEST)
