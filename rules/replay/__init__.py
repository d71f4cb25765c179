"""Recorded texts decided again under another rulebook, and what would be different."""
