"""The core's values: moments, identifiers, text made safe, folders."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.errors import MemchatError
from memchat.core.ids import new_id
from memchat.core.text import is_control, plain, without_controls
from memchat.core.times import ago, from_unix, iso, to_unix
from memchat.paths import Paths

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=5), "5m"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=6), "6d"),
        (timedelta(days=20), "2w"),
        (timedelta(days=800), "2y"),
    ],
)
def test_an_age_is_told_in_its_largest_whole_unit(age: timedelta, shown: str) -> None:
    assert ago(NOON - age, NOON) == shown


@given(moment=MOMENTS)
def test_moments_come_back_from_the_database(moment: datetime) -> None:
    assert abs(from_unix(to_unix(moment)) - moment) < timedelta(microseconds=50)


def test_json_moments_are_utc_to_the_second() -> None:
    assert iso(NOON.replace(microsecond=7)) == "2026-03-03T12:00:00Z"


def test_ids_tell_their_kind_and_are_all_different() -> None:
    ids = {new_id("session") for _ in range(2000)}
    assert len(ids) == 2000
    assert all(name.startswith("s") and len(name) == 13 for name in ids)


@given(text=st.text())
def test_no_text_can_move_a_terminal(text: str) -> None:
    for safe in (plain(text), without_controls(text)):
        assert not any(is_control(character) for character in safe)
    assert plain(plain(text)) == plain(text)


def test_terminal_sequences_go_whole() -> None:
    assert plain("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07\r\nend\u202e") == "red link\nend"
    assert plain("tab\tand 日本 é 🎋") == "tab\tand 日本 é 🎋"


def test_one_folder_holds_everything_where_memchat_home_says_so(tmp_path: Path) -> None:
    found = Paths.from_environment({"MEMCHAT_HOME": str(tmp_path / "m")})
    found.ensure()
    for folder in (found.config_dir, found.data_dir, found.cache_dir):
        assert folder.is_relative_to(tmp_path / "m")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_it_the_platforms_own_folders_are_used() -> None:
    assert Paths.from_environment({}).database.parent.name == "memchat"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MemchatError, match="MEMCHAT_HOME"):
        Paths.from_environment({"MEMCHAT_HOME": str(tmp_path / "file")}).ensure()
