"""Tests of the pages in a real browser, on a desktop and on a phone. Skipped without Chromium."""
