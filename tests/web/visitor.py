"""Who visits the app in tests: staff in a browser without scripts, and the carrier."""

import html
import re
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from router.carrier.signature import SIGNATURE_HEADER, sign
from router.settings import Settings

PASSWORD = "correct horse battery"
HOTEL = "+16125550100"
CLINIC = "+16125550300"
GUEST = "+16125550142"
FRAGMENT = {"HX-Request": "true"}

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """A person with a browser of their own."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **how: object) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **how)

    def sign_in(self, name: str, password: str = PASSWORD, *, query: str = "") -> TestResponse:
        """Fill in the form and send it."""
        token = self.token("/sign-in")
        form = {"name": name, "password": password, "csrf_token": token}
        return self.client.post(f"/sign-in{query}", data=form)

    def post(self, path: str, *, seen_on: str, fragment: bool = False, **form: str) -> TestResponse:
        """Send a form that stood on the page `seen_on`."""
        headers = FRAGMENT if fragment else {}
        data = form | {"csrf_token": self.token(seen_on)}
        return self.client.post(path, data=data, headers=headers)

    def token(self, path: str) -> str:
        """The token in the forms of a page."""
        found = _TOKEN.search(self.client.get(path).text)
        assert found is not None, f"{path} has no form"
        return html.unescape(found[1])


class Carrier:
    """Posts webhooks as the carrier does: signed."""

    def __init__(self, client: FlaskClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._count = 0

    def text(self, body: str, *, sender: str = GUEST, to: str = HOTEL, **form: str) -> TestResponse:
        """A person writes; other parameters override or add."""
        self._count += 1
        sid = f"SM{self._count:032x}"
        given = {"MessageSid": sid, "From": sender, "To": to, "Body": body, "NumMedia": "0"}
        return self.post("/twilio/inbound", given | form)

    def post(self, path: str, form: dict[str, str], *, token: str | None = None) -> TestResponse:
        """A signed webhook."""
        secret = token or self._settings.twilio_auth_token[0].get_secret_value()
        signature = sign(secret, self._settings.public_url + path, form)
        return self.post_raw(path, urlencode(form).encode(), signature)

    def post_raw(self, path: str, body: bytes, signature: str) -> TestResponse:
        """A webhook of any bytes, with any signature."""
        return self._client.post(
            path,
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={SIGNATURE_HEADER: signature},
        )

    def sign_parsed(self, path: str, form: MultiDict[str, str]) -> str:
        """The signature over parameters as the app reads them."""
        secret = self._settings.twilio_auth_token[0].get_secret_value()
        return sign(secret, self._settings.public_url + path, form.to_dict())
