"""Three hundred hostile texts on a terminal, by every command that shows stored text."""

import asyncio
import json
import re
import sys
import unicodedata
from pathlib import Path

import pytest
from pyte.screens import wcwidth

from memchat.core.context import Block, ContextPlan, ItemSource, LeftOut, Missed, Recall, RecalledItem
from memchat.core.memories import Source
from memchat.core.messages import RollingSummary
from memchat.core.requests import PARTED, SentRequest
from memchat.core.times import now
from memchat.paths import Paths
from memchat.store import Store
from tests.hostile import EVIL, bundles, texts

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
    ("summary", "show", "{session}"),
    ("summary", "history", "{session}"),
    ("why", "{question}"),
    ("explain", "-s", "{session}", "Which gardens?"),
    ("explain", "--sent", "{question}"),
    ("explain", "--sent", "{question}", "--diff"),
    ("explain", "--sent", "{question}", "--curl"),
]
_FREE = {
    *("sessions show", "memory about", "memory show", "memory review", "memory list --json"),
    *("summary show", "why", "explain"),
}
"""Commands that print texts with their own line breaks, which a terminal wraps."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home with all the texts, and the ids of a session, of a question in it, and of a memory."""
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
    await _ask(store, session.id, question.id, memory.id)
    await store.close()
    return {"session": session.id, "question": question.id, "memory": memory.id}


async def _ask(store: Store, session_id: str, question_id: str, memory_id: str) -> None:
    """An answer to the question, with all the texts in what was recalled, left out, folded and sent for it."""
    every = texts()
    before: RollingSummary | None = None
    reply = await store.messages.begin_reply(session_id, question_id, text="x", model=every[3])
    await store.messages.finish_reply(
        reply.id, text=bundles()[3], status="complete", tokens=4, usage=None, finish_reason="stop"
    )
    for bundle in bundles():
        version = await store.summaries.add(
            session_id=session_id,
            text=bundle,
            from_seq=1,
            to_seq=1,
            tokens=5,
            model=bundle,
            previous_id=before.id if before else None,
        )
        before = version or before
    items = [
        RecalledItem(
            id=memory_id if place == 0 else f"m{place}",
            kind="fact",
            text=text,
            score=0.5,
            parts={"words": 0.5},
            tokens=9,
            source=ItemSource(session_id=None, session_title=text, message_id=None, role="user", at=now()),
        )
        for place, text in enumerate(every)
    ]
    missed = tuple(Missed(each, each.text) for each in items[200:])
    recall = Recall(items=tuple(items[:200]), considered=300, milliseconds=1.0, missed=missed)
    await store.recalls.record(question_id, recall, [each.id for each in items[:100]])
    await store.requests.add([_request(session_id, question_id, every[start::2]) for start in (0, 1)])


def _request(session_id: str, question_id: str, some: list[str]) -> SentRequest:
    blocks = tuple(Block(role="user", content=text, tokens=9, layer="buffer") for text in some)
    left = tuple(LeftOut(layer="buffer", ref=None, text=text, tokens=9, reason=text) for text in some)
    body = {"model": some[0], "messages": [{"role": "user", "content": PARTED.join(some)}]}
    return SentRequest(
        session_id=session_id,
        message_id=question_id,
        round=0,
        at=now(),
        url=f"http://{EVIL}/v1/chat/completions",
        keyed=True,
        body=json.dumps(body, ensure_ascii=False).encode(errors="replace"),
        plan=ContextPlan(model=some[0], window=9999, reserve=9, mode="hybrid", blocks=blocks, left_out=left),
    )


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
        if not {" ".join(command[:number]) for number in range(1, 4)} & _FREE:
            assert sum(max(0, wcwidth(each)) for each in line) <= WIDTH, ascii(line)
