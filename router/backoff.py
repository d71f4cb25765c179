"""Pauses between tries: each twice as long as the one before, up to a longest."""

MOST_DOUBLINGS = 30  # every pause has long been the longest; beyond 1023 a float would overflow


def doubled(first_seconds: float, times: int, longest_seconds: float) -> float:
    """`first_seconds`, doubled so many times, but never more than `longest_seconds`.

    >>> doubled(5.0, 2, 60.0), doubled(5.0, 100_000, 60.0)
    (20.0, 60.0)
    """
    return min(first_seconds * 2.0 ** min(times, MOST_DOUBLINGS), longest_seconds)
