"""The database does not answer: what that is called, and how long it is waited for."""

BUSY_SECONDS = 5


class DatabaseDown(Exception):
    """The database did not take the transaction: nothing of it is kept, unless the server went
    while it committed. Whoever asks again finds out.
    """
