"""The sections of a rulebook, read into typed values."""
