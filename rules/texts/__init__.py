"""Texts for people: built-in answers, templates, what may be substituted in them."""
