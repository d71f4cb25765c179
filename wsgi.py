"""What a WSGI server loads: `granian --interface wsgi wsgi:app`."""

from router.app import build_from_environment

app = build_from_environment()
