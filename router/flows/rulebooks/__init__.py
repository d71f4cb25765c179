"""Rulebooks in operation: how files become revisions, what is in force, and the way back."""
