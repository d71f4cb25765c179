"""Opening hours and quiet hours."""
