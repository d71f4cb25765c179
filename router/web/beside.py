"""Two apps as one: what lies below a path goes to the app beside, everything else to the other."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Beside:
    """Answers paths that begin with `below` by `beside`, and all others by `app`."""

    def __init__(self, app: "WSGIApplication", below: str, beside: "WSGIApplication") -> None:
        self._app = app
        self._below = below
        self._beside = beside

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        is_below = environ.get("PATH_INFO", "").startswith(self._below)
        return (self._beside if is_below else self._app)(environ, start_response)
