"""Many things done one after the other, of which one that fails holds up no other."""

from collections.abc import Callable, Iterable

import structlog

from router.flows.ripples import CALM, Ripples
from router.store.engine import DatabaseDown

log = structlog.get_logger()


def each(
    things: Iterable[tuple[str, str]],
    act: Callable[[str, str], Ripples],
    *,
    ends_with: type[Exception] = DatabaseDown,
) -> Ripples:
    """Do `act` with each pair of a tenant's id and another opaque id; what all of it left to do.

    What fails is logged by its ids and left as it is, to be tried again. DatabaseDown ends it all,
    and so does what `ends_with` names.
    """
    ripples = CALM
    for tenant_id, its_id in things:
        try:
            ripples |= act(tenant_id, its_id)
        except (DatabaseDown, ends_with):
            raise
        except Exception as error:  # noqa: BLE001 (logged; the others must not wait for this one)
            log.warning("one_failed", act=act.__name__, tenant=tenant_id, id=its_id, error=error)
    return ripples
