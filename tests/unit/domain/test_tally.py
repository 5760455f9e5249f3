"""What one report adds to the totals."""

from datetime import date

from licence_server.domain.tally import Tally
from licence_server.domain.usage_report import ItemUse

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 5)


def test_a_workshop_adds_its_headcount_and_its_length() -> None:
    tally = Tally()
    tally.add_session("workshop", 2700, 14, [], DAY)
    tally.add_session("workshop", 300, 6, [], DAY)
    tally.add_session("individual", 60, 1, [], LATER)

    assert tally.usage == {
        (DAY, "workshop_sessions"): 2,
        (DAY, "attendances"): 20,
        (DAY, "session_seconds"): 3000,
        (LATER, "individual_sessions"): 1,
        (LATER, "attendances"): 1,
        (LATER, "session_seconds"): 60,
    }


def test_an_item_named_twice_in_a_session_was_played_in_one_session() -> None:
    tally = Tally()
    uses = [ItemUse("film-1", 100, True), ItemUse("film-2", 5, False), ItemUse("film-1", 50, False)]
    tally.add_session("workshop", 200, 3, uses, DAY)
    tally.add_session("workshop", 200, 3, uses[1:], DAY)

    assert +tally.items == {
        ("film-1", DAY, "plays"): 2,
        ("film-1", DAY, "completions"): 1,
        ("film-1", DAY, "seconds"): 200,
        ("film-2", DAY, "plays"): 2,
        ("film-2", DAY, "seconds"): 10,
    }


def test_feedback_adds_to_the_count_and_the_sum() -> None:
    tally = Tally()
    tally.add_feedback(4, DAY)
    tally.add_feedback(1, DAY)
    assert tally.usage == {(DAY, "feedback_count"): 2, (DAY, "rating_sum"): 5}


def test_a_learner_moves_to_an_earlier_first_day() -> None:
    tally = Tally()
    tally.move_learner(None, LATER)
    tally.move_learner(LATER, DAY)
    assert +tally.usage == {(DAY, "distinct_learners"): 1}
