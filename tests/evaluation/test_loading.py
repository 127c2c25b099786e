"""The written conversations that ship, and what is refused."""

import pytest

from memchat.core.errors import NotFound
from memchat.evaluation.loading import ATTACK, BrokenCase, conversations, parse
from memchat.memory.screening import screen
from tests.evaluation.making import MOVING, moving


def test_there_are_enough_of_them_in_enough_languages() -> None:
    found = conversations()
    others = [case for case in found if case.language != "en"]
    assert len(found) >= 40
    assert len(others) >= 6
    assert {"zh-TW", "ja", "ko", "de", "fr", "es", "pt"} <= {case.language for case in others}


def test_every_sort_of_case_is_there() -> None:
    found = conversations()
    kinds = {trap.kind for case in found for trap in case.traps}
    assert {ATTACK, "question", "hypothetical", "quotation", "role-play", "joke", "third person", "document"} <= kinds
    assert {"assistant", "code", "small talk", "fiction"} <= kinds
    assert sum(bool(case.secrets) for case in found) >= 5
    assert sum(bool(fact.replaces) for case in found for fact in case.facts) >= 10
    assert all(1 <= sum(len(sitting.exchanges) for sitting in case.sittings) <= 6 for case in found)


def test_a_few_of_them_are_of_every_file() -> None:
    few = conversations(limit=5)
    assert len(few) == 5
    assert len({case.language for case in few}) > 1
    assert any(case.secrets or any(trap.kind == ATTACK for trap in case.traps) for case in few)


def test_by_name() -> None:
    assert [case.name for case in conversations("taipei")] == ["taipei-to-lisbon"]
    with pytest.raises(NotFound, match="has 'nonesuch' in its name"):
        conversations("nonesuch")


def test_secrets_are_put_together_only_when_read() -> None:
    """So that no scanner takes the file for a leak; what is said holds them whole."""
    case = moving()
    assert case.secrets == ("hunter2-and-more",)
    assert "hunter2-and-more" in case.said
    assert "hunter2-and-more" not in MOVING


def test_the_shipped_secrets_are_of_several_kinds() -> None:
    said = [case.said for case in conversations() if case.secrets]
    assert len({kind for text in said for kind in screen(text).replaced}) >= 4


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('match = ["taipei"]', 'match = ["taipeh"]', "not in what the user says"),
        ('match = ["taipei"]', 'match = ["taip("]', "cannot be read"),
        ('match = ["taipei"]', 'match = "taipei"', "must be a list"),
        ('key = "bees"', 'key = "taipei"', "two facts have one key"),
        ('replaces = "taipei"', 'replaces = "nothing"', "replaces what is not there"),
        ('needs = ["lisbon"]', "needs = []", "needs what is not there"),
        ('ask = "Where do I live?"', 'ask = "Do I live in Lisbon?"', "answers itself"),
        ('expect = ["lisbon"]', "expect = []", "nothing is expected"),
        ("2026-11-16T20:00:00+00:00", "2026-11-16T20:00:00", "has no offset"),
        ("2026-11-16T20:00:00+00:00", "2025-11-16T20:00:00+00:00", "not in the order"),
        ("{secret}", "gone", "a secret is said nowhere"),
        ('match = ["moved to lisbon"', 'match = ["moved to paris"', "is in nothing that is said"),
        ('name = "moving"', 'name = "moving"\nnote = "x"', "there is no key 'note'"),
        ("[[conversation]]", "[conversation", "cannot be read"),
    ],
)
def test_what_would_make_a_number_wrong_is_refused(old: str, new: str, says: str) -> None:
    assert old in MOVING
    with pytest.raises(BrokenCase, match=says):
        parse(MOVING.replace(old, new, 1), "moving.toml")
