"""What the carrier made of a text by itself, before we saw it."""

from dataclasses import replace
from typing import cast

from keywords.reading import Meaning, Reading
from router.carrier.addresses import is_short_code, is_toll_free
from router.carrier.api import Inbound
from router.carrier.filter_words import FilterWord
from router.carrier.webhook import filter_word
from router.flows.senders import Sender


def carrier_word(sender: Sender, inbound: Inbound) -> FilterWord | None:
    """STOP: it has confirmed and blocks from now on; START: it has lifted that; HELP: it may have
    answered. None: it left the text to us.

    Advanced Opt-Out says so itself (`OptOutType`). On toll-free numbers the network filters,
    whoever confirms elsewhere; nobody does on a short code of one's own.
    """
    if inbound.opt_out_type:
        return cast("FilterWord", inbound.opt_out_type)
    if is_short_code(sender.address):
        return None
    toll_free = is_toll_free(sender.address)
    if sender.opt_out_by != "carrier" and not toll_free:
        return None
    return filter_word(inbound.body, toll_free=toll_free)


_MEANS = {"STOP": Meaning.OPT_OUT, "START": Meaning.OPT_IN, "HELP": Meaning.HELP}


def heed(reading: Reading, opt_out_type: str | None) -> Reading:
    """The reading, with what Advanced Opt-Out has acted on: the business may have given the carrier
    words of its own, and the carrier has blocked or told the person so.
    """
    meant = _MEANS.get(opt_out_type or "")
    if meant is None or meant in {reading.meaning, *reading.also}:
        return reading
    reason = f"{meant}: the carrier has taken it for {opt_out_type}"
    beside = [one for one in (reading.meaning, *reading.also) if one is not Meaning.NONE]
    if meant is Meaning.HELP and beside:
        return replace(reading, also=(*reading.also, meant))
    others = tuple(
        one for one in beside if one not in {Meaning.OPT_IN, Meaning.OPT_OUT, Meaning.AMBIGUOUS}
    )
    return replace(
        reading, meaning=meant, also=others, reason=reason, answer=None, is_bare=True, topics=()
    )
