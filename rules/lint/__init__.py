"""What a well-formed rulebook would still do wrong."""
