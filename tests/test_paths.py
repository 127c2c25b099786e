"""Where the files of each space are."""

import pytest

from memchat.core.errors import MemchatError
from memchat.paths import Paths


def test_each_space_has_a_database_of_its_own(paths: Paths) -> None:
    assert paths.database_of("personal") == paths.database == paths.data_dir / "memchat.db"
    assert paths.database_of("work") == paths.data_dir / "spaces" / "work.db"


def test_the_spaces_that_are_there(paths: Paths) -> None:
    assert paths.spaces() == ["personal"]
    paths.spaces_dir.mkdir()
    for name in ("work.db", "work.db-wal", "archive.db", "Not A Space.db", "personal.db", "work.db.v2.bak"):
        (paths.spaces_dir / name).touch()
    assert paths.spaces() == ["personal", "archive", "work"]


@pytest.mark.parametrize("name", ["", "Work", "a b", "../up", "a/b", "-x", "x" * 41, "käse", "work.db", "a\n"])
def test_names_that_no_space_can_have(paths: Paths, name: str) -> None:
    with pytest.raises(MemchatError, match="A space cannot be called"):
        paths.database_of(name)
