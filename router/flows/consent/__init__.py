"""Consent: what people wished, what follows from it, and what it rests on."""
