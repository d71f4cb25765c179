"""Whether a webhook is the carrier's: its signature over the URL that it called and what it sent.

https://www.twilio.com/docs/usage/security#validating-requests
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import SecretStr

# twilio ships no type information
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from werkzeug.datastructures import MultiDict

SIGNATURE_HEADER = "X-Twilio-Signature"
_NAME = re.compile(r"[A-Za-z0-9_]+")
_PATH_SAFE = "/:@!$&'()*+,;=~-._"


def verify(
    tokens: Sequence[SecretStr], url: str, form: MultiDict[str, str] | str, header: str | None
) -> bool:
    """True only where one of `tokens` signed exactly this URL and form (or JSON body, as text).

    Fails closed: a missing header, a broken URL, a repeated or oddly named parameter are False.
    (Name and value are signed without a separator, so two values of one name sign alike.)
    """
    if not header or not _is_plain(url, form):
        return False
    return any(_signed_by(token, url, form, header) for token in tokens)


def sign(token: str, url: str, params: Mapping[str, str]) -> str:
    """The header's value for these parameters, as the carrier computes it."""
    return cast("str", RequestValidator(token).compute_signature(url, dict(params)))


def signed_url(public_url: str, environ: Mapping[str, Any]) -> str:
    """The URL that the carrier called and signed: our public origin and the raw request target.

    A path prefix in `public_url` that the proxy took off is put back, and never doubled.
    """
    parts = urlsplit(public_url)
    origin, prefix = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    target = _request_target(environ)
    if prefix and not re.match(re.escape(prefix) + r"(?:[/?]|$)", target):
        target = prefix + target
    return origin + target


def _signed_by(token: SecretStr, url: str, form: MultiDict[str, str] | str, header: str) -> bool:
    secret = token.get_secret_value()
    if not secret:
        return False
    try:
        return bool(RequestValidator(secret).validate(url, form, header))
    except Exception:  # noqa: BLE001 - the validator raises several types; each must read as "no"
        return False


def _is_plain(url: str, form: MultiDict[str, str] | str) -> bool:
    """One value a name, plain names; and a URL that vouches for a body comes with that body."""
    if isinstance(form, str):
        return True
    if "bodySHA256" in url and "bodySHA256" in parse_qs(url.partition("?")[2]):
        return False
    return all(_NAME.fullmatch(name) and len(given) == 1 for name, given in form.lists())


def _request_target(environ: Mapping[str, Any]) -> str:
    """The target as it came over the wire; rebuilt where the server hands it over decoded."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if isinstance(raw, str) and raw:
        return raw if raw.startswith("/") else "/" + raw.partition("://")[2].partition("/")[2]
    path = str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))
    query = str(environ.get("QUERY_STRING", ""))
    return quote(path.encode("latin-1"), safe=_PATH_SAFE) + ("?" + query if query else "")
