"""So many requests at once and no more, in the order they came.

Under Python's global lock more at once are not done sooner: each holds its locks in the database
for longer, and the last ones wait for all who come after them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from router.store.line import Line

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AT_ONCE = 4
PATIENCE_SECONDS = 0.5
"""Who has waited so long goes in all the same: while the database is away each request takes longer
than the carrier waits for those behind it."""


class InTurns:
    """Lets requests through to `app`."""

    def __init__(self, app: "WSGIApplication", at_once: int = AT_ONCE) -> None:
        self._app = app
        self._line = Line(at_once)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        is_in = self._line.enter(PATIENCE_SECONDS)
        try:
            return self._app(environ, start_response)
        finally:
            if is_in:
                self._line.leave()
