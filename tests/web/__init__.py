"""Tests of what answers over HTTP."""
