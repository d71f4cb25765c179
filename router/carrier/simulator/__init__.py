"""The carrier simulator: the part of Twilio's REST API that we use, its filter, and its webhooks.

For the demo and tests. It answers STOP- and START-class bodies by itself, as Twilio's own filter
does, and blocks the pair afterwards; HELP it leaves to the app, as Twilio lets one choose.
"""

from router.carrier.simulator.simulator import Simulator

__all__ = ["Simulator"]
