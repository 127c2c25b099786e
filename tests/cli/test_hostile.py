"""Three hundred hostile texts on a terminal, by every command that shows stored text."""

import asyncio
import re
import sys
import unicodedata
from pathlib import Path

import pytest
from pyte.screens import wcwidth

from memchat.core.memories import Source
from memchat.paths import Paths
from memchat.store import Store
from tests.hostile import bundles, texts

if sys.platform == "win32":
    pytest.skip("terminals of POSIX", allow_module_level=True)

from tests.cli.test_process import on_a_terminal

WIDTH = 100
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_UNSEEN = re.compile("[\u00ad\u034f\u180e\u200b\u2060-\u2064\U000e0000-\U000e007f]")

COMMANDS = [
    ("memory", "list", "--status", "all"),
    ("memory", "about"),
    ("memory", "history"),
    ("memory", "review"),
    ("sessions",),
    ("sessions", "show", "{session}"),
    ("search", "gardens"),
    ("memory", "show", "{memory}"),
    ("memory", "list", "--json"),
]
_FREE = {"sessions show", "memory about", "memory show", "memory review", "memory list --json"}
"""Commands that print texts with their own line breaks, which a terminal wraps."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home with all the texts, and the ids of a session and a memory in it."""
    folder = tmp_path_factory.mktemp("hostile")
    return folder, asyncio.run(_seed(Paths.from_environment({"MEMCHAT_HOME": str(folder)})))


async def _seed(paths: Paths) -> dict[str, str]:
    paths.ensure()
    store = await Store.open(paths.database)
    every = texts()
    for place, bundle in enumerate(bundles()):
        session = await store.sessions.create(model=every[place])
        question = await store.messages.append_user(session.id, bundle, tokens=5)
        await store.sessions.rename(session.id, every[place * 10], by="user")
        await store.sessions.set_tags(session.id, [every[place][:60]])
        await store.summaries.put_session(session_id=session.id, text=bundle, to_seq=1, tokens=5, model="m")
        source = Source(session_id=session.id, message_id=question.id, quote=bundle)
        for text in bundle.split("\n"):
            memory = await store.memories.add(
                kind="fact",
                text=text,
                confidence=0.6,
                origin="user",
                status="pending" if place % 3 == 0 else "active",
                reason=text,
                actor=text,
                subject=text,
                sources=[source],
            )
    await store.close()
    return {"session": session.id, "memory": memory.id}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_only_styles_of_its_own_reach_the_terminal(home: tuple[Path, dict[str, str]], command: tuple[str, ...]) -> None:
    folder, ids = home
    words = [word.format(**ids) for word in command]
    keys = b"q\n" if command == ("memory", "review") else b""
    seen = on_a_terminal(*words, keys=keys, MEMCHAT_HOME=str(folder), COLUMNS=str(WIDTH))
    text = _STYLE.sub("", seen.text)
    assert len(text) > 500, text
    for sequence in _STYLE.findall(seen.text):
        codes = sequence[2:-1].split(";")
        assert not {"5", "6", "8"} & set(codes if codes[:1] not in (["38"], ["48"]) else ()), sequence
        assert "18;254;52" not in sequence
    for line in text.split("\r\n"):
        acted = [
            ascii(each)
            for each in line
            if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"} and each not in "\u200c\u200d"
        ]
        assert not acted, (acted, ascii(line[:200]))
        if " ".join(command[:2]) not in _FREE and " ".join(command) not in _FREE:
            assert sum(max(0, wcwidth(each)) for each in line) <= WIDTH, ascii(line)
