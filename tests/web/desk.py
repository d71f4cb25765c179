"""Staff at work on the page of one thread."""

from typing import Any

from werkzeug.test import TestResponse

from router.flows.show import show
from router.flows.world import World
from tests.web.visitor import GUEST, Visitor


class Desk:
    """Alice at the thread of the guest."""

    def __init__(self, alice: Visitor, world: World) -> None:
        self._alice, self._world = alice, world

    @property
    def known(self) -> dict[str, Any]:
        """What is stored of the guest."""
        shown = show(self._world, "grand-hotel", GUEST)
        assert shown is not None
        return shown

    @property
    def path(self) -> str:
        """The address of the thread."""
        return f"/inbox/open/{self.known['thread']['id']}"

    @property
    def page(self) -> str:
        """The thread as alice sees it."""
        return self._alice.get(self.path).text

    def acts(self, act: str, *, fragment: bool = True, **form: str) -> TestResponse:
        """Alice sends a form of the thread."""
        return self._alice.post(f"{self.path}/{act}", seen_on=self.path, fragment=fragment, **form)

    def events(self) -> list[tuple[str, str, str]]:
        """(what, scope, how) of all that happened, oldest first."""
        return [(e["what"], e["scope"], e["how"]) for e in self.known["consent"]["events"]]
