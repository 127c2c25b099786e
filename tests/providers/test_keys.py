"""Keys, in a keyring and in the file that stands in for one."""

import stat
import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from memchat.core.errors import ConfigError
from memchat.paths import Paths
from memchat.providers.keys import Keys


class Remembering(KeyringBackend):
    """A keyring that works, in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


class Waiting(Remembering):
    """A keyring that waits for somebody to unlock it."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait(20)
        return None


class Locked(Remembering):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("locked")


@pytest.fixture
def use_keyring() -> Iterator[None]:
    former = keyring.get_keyring()
    yield
    keyring.set_keyring(former)


def test_the_file_is_used_without_a_keyring(paths: Paths) -> None:
    keys = Keys(paths)
    assert keys.get("groq") is None
    keys.set("groq", 'k"1\n\\')
    keys.set("127.0.0.1:18181", "k2")
    assert stat.S_IMODE(paths.keys_file.stat().st_mode) == 0o600
    again = Keys(paths)
    assert (again.get("groq"), again.get("127.0.0.1:18181")) == ('k"1\n\\', "k2")
    again.delete("groq")
    again.delete("groq")
    assert keys.get("groq") is None
    assert str(paths.keys_file) in keys.backend()
    assert [file.name for file in paths.config_dir.iterdir()] == ["keys.toml"]


@pytest.mark.usefixtures("use_keyring")
def test_a_keyring_is_used_where_there_is_one(paths: Paths) -> None:
    Keys(paths).set("groq", "old")  # in the file, from before there was one
    backend = Remembering()
    keyring.set_keyring(backend)
    keys = Keys(paths)
    assert keys.get("groq") == "old"
    keys.set("groq", "new")
    assert keys.get("groq") == "new"
    assert backend.kept == {("memchat", "groq"): "new"}
    assert "new" not in paths.keys_file.read_text()
    assert "old" not in paths.keys_file.read_text()
    assert keys.backend().startswith("keyring")
    keys.delete("groq")
    keys.delete("groq")
    assert keys.get("groq") is None


@pytest.mark.usefixtures("use_keyring")
def test_a_keyring_that_waits_is_left_alone(paths: Paths) -> None:
    backend = Waiting()
    keyring.set_keyring(backend)
    keys = Keys(paths, seconds=0.05)
    assert keys.get("groq") is None
    keys.set("groq", "k")
    assert keys.get("groq") == "k"
    assert "did not answer" in keys.backend()
    backend.unlocked.set()


@pytest.mark.usefixtures("use_keyring")
def test_a_keyring_that_fails_is_left_alone(paths: Paths) -> None:
    keyring.set_keyring(Locked())
    keys = Keys(paths)
    keys.set("groq", "k")
    assert keys.get("groq") == "k"
    assert "KeyringLocked" in keys.backend()


def test_a_broken_file_is_told(paths: Paths) -> None:
    paths.keys_file.write_text("not = [toml")
    with pytest.raises(ConfigError, match=r"keys\.toml"):
        Keys(paths).get("groq")
