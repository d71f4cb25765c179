"""What was decided, and why, in words."""
