"""The bare side: a Flask route that parses the same form and does nothing with it."""

from flask import Flask, Response, request

app = Flask(__name__)


@app.post("/twilio/inbound")
def inbound() -> Response:
    """Parse the form and answer."""
    body = request.form["Body"]
    return Response(f"<Response/><!-- {len(body)} -->", mimetype="text/xml")
