"""Tests of the carrier's room, against the simulator on a real HTTP server."""
