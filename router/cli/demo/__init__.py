"""The demo: the whole product on one machine, with the carrier simulator, in one command."""
