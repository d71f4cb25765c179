"""The section `webhooks`: programs of the business that are told of texts."""

import ipaddress
import re
from urllib.parse import urlsplit

from rules.file.scalars import read_pattern, read_text
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_named
from rules.file.source import Node
from rules.model import Webhook
from rules.schema import forms, maps
from rules.sections.named import read_name

SECRET = re.compile(r"WEBHOOK_SECRET_[A-Z0-9_]+\Z")
_WEBHOOK = Shape(
    "a webhook",
    {
        "url": forms.spelled(
            re.compile(r"[Hh][Tt][Tt][Pp][Ss]://\S+\Z"),
            "Where it is told: an https:// address.",
            says="this must be an https:// address",
            examples=("https://pms.example.com/bellhop",),
        ),
        "secret": forms.spelled(
            SECRET,
            "The name of the environment variable that holds the secret.",
            says="this must be a name such as WEBHOOK_SECRET_PMS",
            examples=("WEBHOOK_SECRET_PMS",),
        ),
    },
    required=("url", "secret"),
)
WEBHOOKS = maps.named(
    maps.map_of(_WEBHOOK), "Programs of the business that are told of texts.", what="webhook"
)
_LOCAL = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


def read_webhooks(node: Node | None, scope: Scope) -> dict[str, Webhook]:
    """The section `webhooks`."""
    return {
        key.text: _read_webhook(read_name(key, scope), value, scope)
        for key, value in read_named(node, "webhooks", scope)
    }


def _read_webhook(name: str, node: Node, scope: Scope) -> Webhook:
    fields = read_fields(node, _WEBHOOK, scope)
    what = "the name of an environment variable such as WEBHOOK_SECRET_PMS"
    secret = read_pattern(fields["secret"], SECRET, what, scope) if "secret" in fields else ""
    return Webhook(name, _read_url(fields["url"], scope) if "url" in fields else "", secret)


def _read_url(node: Node, scope: Scope) -> str:
    text = read_text(node, "url", scope)
    if text.strip() and (why := why_not_public(text)):
        scope.add("BH206", node, f"'{text}' {why}")
    return text


def why_not_public(url: str) -> str:
    """What keeps a URL from being a webhook's, as far as it tells by itself; empty: nothing."""
    try:
        pieces = urlsplit(url)
        host, _ = pieces.hostname or "", pieces.port
    except ValueError:
        return "is no URL"
    if pieces.scheme != "https" or not host or any(letter.isspace() for letter in url):
        return "must be an https:// address"
    if pieces.username or pieces.password:
        return "must carry no password: the secret signs what is sent"
    if host.endswith(_LOCAL) or _is_private(host):
        return "is a private address, which a webhook may not be"
    return ""


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host
