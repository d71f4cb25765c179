"""Recorded traffic decided again under a rulebook that is not in force."""
