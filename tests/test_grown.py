"""Results for a list's beginning are kept, and are what making them anew would give."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from snapthread.model.grown import Grown

LISTS = st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.integers(0, 3), max_size=6)))


def doubled(number: int) -> int:
    return number * 2


@given(asked=LISTS)
def test_it_tells_what_making_anew_would_whatever_was_asked_before(
    asked: Sequence[tuple[str, list[int]]],
) -> None:
    grown = Grown(doubled, str, most=8)
    for key, items in asked:
        assert grown.of(key, items) == (list(map(doubled, items)), list(map(str, items)))
        assert grown._size == sum(len(known.items) for known in grown._lists.values()) <= 8


def test_all_items_of_a_long_list_were_made_anew_for_each_that_came() -> None:
    made: list[int] = []
    grown = Grown(made.append, most=100)
    grown.of("ada", range(10))
    grown.of("ada", range(12))
    grown.of("boris", range(2))
    grown.of("ada", [*range(5), 70, *range(6, 13)])
    assert made == [*range(12), 0, 1, 70, *range(6, 13)]


def test_what_the_caller_changes_is_its_own() -> None:
    grown = Grown(doubled, most=100)
    (column,) = grown.of("ada", [1, 2])
    column[0] = 70
    assert grown.of("ada", [1, 2, 3]) == ([2, 4, 6],)


def test_the_list_that_was_asked_for_longest_ago_goes_first() -> None:
    made: list[int] = []
    grown = Grown(made.append, most=4)
    for key in ("ada", "boris", "ada", "carla", "ada"):
        grown.of(key, [1, 2])
    assert made == [1, 2] * 3
