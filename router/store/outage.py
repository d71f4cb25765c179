"""The database does not answer: what that is called, and how long it is waited for."""

BUSY_SECONDS = 5


class DatabaseDown(Exception):
    """The database did not take the transaction: nothing of it is kept, unless the server went
    while it committed. Whoever asks again finds out.
    """


class FileReplaced(DatabaseDown):
    """SQLite's file is not the one at its path any more; the process has to be started anew."""
