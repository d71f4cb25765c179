"""Dispatches: what others than the contact are told, from the decision to the answer."""
