"""Ids sort by when they were made: a spool drains in the order of its files' names."""

from router.store.ids import is_id, new_id


def test_ids_sort_by_when_they_were_made_even_within_a_millisecond() -> None:
    made = [new_id() for _ in range(2_000)]
    assert sorted(made) == made
    assert len(set(made)) == len(made)
    assert all(map(is_id, made))
