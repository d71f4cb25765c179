"""A database that was restored from a backup: noticed, and made safe to send from."""
