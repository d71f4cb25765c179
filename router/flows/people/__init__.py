"""People already known: contacts and suppression lists come in from CSV files, and go out again."""
