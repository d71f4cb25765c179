"""Tests of the `bellhop` program."""
