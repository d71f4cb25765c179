"""The page of the simulator (demo and tests only): a phone, and beside it what the router did."""

from flask import Blueprint, render_template, request

from router.flows.trace import list_numbers, trace
from router.web.parts import parts

PEOPLE = ("+16125550141", "+16125550142", "+16125550143")
SUGGESTIONS = (
    "Could we have more towels?",
    "The shower is broken",
    "please hurry",
    "STOP",
    "START",
    "HELP",
    "SUMMIT26",
    "YES",
    "DELETE",
)

pages = Blueprint("simulator_page", __name__)


@pages.get("/simulator")
def phone() -> str:
    """The phone."""
    return render_template(
        "simulator/page.html",
        numbers=list_numbers(parts().world),
        people=PEOPLE,
        suggestions=SUGGESTIONS,
    )


@pages.get("/simulator/why")
def why() -> str:
    """What the router did with the texts of one sender to one number, newest first."""
    found = trace(
        parts().world, _address(request.args.get("from")), _address(request.args.get("to"))
    )
    return render_template("simulator/why.html", trace=found)


def _address(given: str | None) -> str:
    """A plus sign that was not escaped arrives as a space."""
    text = (given or "").replace("\0", "").rstrip()
    return "+" + text[1:] if text.startswith(" ") else text
