"""What the server loads of the naive side."""

from bench.naive import build_from_environment

app = build_from_environment()
