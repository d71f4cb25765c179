"""A path prefix in PUBLIC_URL (https://example.com/bellhop): links carry it, whether or not the
proxy in front took it off the path."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Prefixed:
    """Tells the app inside that it is mounted at `prefix` (without a slash at its end)."""

    def __init__(self, app: "WSGIApplication", prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self._prefix or path.startswith(self._prefix + "/"):
            environ["PATH_INFO"] = path[len(self._prefix) :]
        environ["SCRIPT_NAME"] = self._prefix
        return self._app(environ, start_response)


def path_prefix(public_url: str) -> str:
    """The prefix in a public URL; empty where it is a plain origin."""
    return urlsplit(public_url).path.rstrip("/")
