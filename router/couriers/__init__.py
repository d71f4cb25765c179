"""Couriers: the ways to others than the contact. Mail, push notices, and calls of webhooks."""
