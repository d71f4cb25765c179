"""The tests. Real parts throughout: see conftest.py."""
