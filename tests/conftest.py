"""What every test gets: a home of its own, no real endpoint, no keyring."""

from pathlib import Path

import pytest
from hypothesis import settings

from memchat.paths import Paths

# A suite tells of a change, not of luck: `--hypothesis-profile=search` looks for examples that nobody has seen.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile("suite")

_OUTSIDE = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "MEMCHAT_MODEL")


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the tests out of the machine's own memchat, endpoints and keyring."""
    monkeypatch.setenv("MEMCHAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in _OUTSIDE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def paths() -> Paths:
    """Folders of a memchat that was never run."""
    found = Paths.from_environment()
    found.ensure()
    return found
