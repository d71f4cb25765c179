"""Sending: claim, hand over, write down what became of it, settle what is not known."""
