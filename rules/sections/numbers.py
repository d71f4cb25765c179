"""The section `numbers`: the tenant's senders."""

import re

from rules.file.scalars import E164, SERVICE, SHORT_CODE, read_choice, read_pattern
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_named
from rules.file.source import Node, Scalar, Table
from rules.model import Number
from rules.schema import forms, maps
from rules.sections.named import read_name

OPT_OUT_BY = ("carrier", "bellhop")
OPT_OUT = ("tenant", "number")
_ADDRESS = forms.plain(
    re.compile(f"(?:{E164.pattern}|{SHORT_CODE.pattern})"),
    "A telephone number such as +16125550100, without spaces, or a short code.",
    says="this must be a number such as +16125550100, without spaces",
    examples=("+16125550100",),
)
_NUMBER = Shape(
    "a number",
    {
        "address": _ADDRESS,
        "service": forms.spelled(
            SERVICE, "The SID of its Messaging Service.", says="this must be an SID (MG…)"
        ),
        "opt_out_by": forms.choice(
            OPT_OUT_BY, "Who answers STOP; bellhop where the carrier does not by itself."
        ),
        "opt_out": forms.choice(
            OPT_OUT, "Whether a STOP to this number ends all texts, or those from it alone."
        ),
    },
    required=("address",),
)
NUMBERS = maps.named(
    forms.either(_ADDRESS, maps.map_of(_NUMBER)),
    "Your numbers by name.",
    what="number",
    minProperties=1,
)


def read_numbers(node: Node | None, scope: Scope) -> dict[str, Number]:
    """The section `numbers`."""
    numbers: dict[str, Number] = {}
    owners: dict[str, str] = {}
    for key, value in read_named(node, "numbers", scope):
        number = _read_number(read_name(key, scope), value, scope)
        if number.address and number.address in owners:
            scope.add("BH302", value, f"{number.address} is `{owners[number.address]}` already")
        owners.setdefault(number.address, number.name)
        numbers[number.name] = number
    if isinstance(node, Table) and not node.entries:
        scope.add("BH205", node, "numbers must not be empty")
    return numbers


def _read_number(name: str, node: Node, scope: Scope) -> Number:
    if not isinstance(node, Table):
        return Number(name, _read_address(node, scope), line=node.line, col=node.col)
    fields = read_fields(node, _NUMBER, scope)
    service = fields.get("service")
    owner, reach = fields.get("opt_out_by"), fields.get("opt_out")
    by = read_choice(owner, OPT_OUT_BY, "opt_out_by", scope) if owner else "carrier"
    counts_for = read_choice(reach, OPT_OUT, "opt_out", scope) if reach else "tenant"
    return Number(
        name,
        _read_address(fields["address"], scope) if "address" in fields else "",
        read_pattern(service, SERVICE, "a Messaging Service's SID (MG…)", scope)
        if service
        else None,
        "bellhop" if by == "bellhop" else "carrier",
        "number" if counts_for == "number" else "tenant",
        node.line,
        node.col,
    )


def _read_address(node: Node, scope: Scope) -> str:
    if isinstance(node, Scalar) and SHORT_CODE.match(node.text):
        return node.text
    return read_pattern(node, E164, "a number such as +16125550100, without spaces", scope)
