"""The tests of a rulebook, run on pretended threads."""
