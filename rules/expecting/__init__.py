"""What the steps of dialogs expect, and how texts answer it."""
