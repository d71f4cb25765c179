"""The front door: leads to the inbox."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

pages = Blueprint("home", __name__)


@pages.get("/")
def front() -> Response:
    """To the inbox (which leads on to sign-in)."""
    return redirect(url_for("inbox.home"))
