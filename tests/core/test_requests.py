"""A request in pieces, compared with another, and copied."""

import json
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from memchat.core.context import Block, ContextPlan
from memchat.core.copying import as_curl, as_json
from memchat.core.differences import compare
from memchat.core.requests import SentRequest, blocks_of, shapes
from memchat.memory.context import wire

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
BLOCK = st.builds(
    Block,
    role=st.sampled_from(["system", "user", "assistant"]),
    content=TEXT,
    tokens=st.integers(1, 99),
    layer=st.sampled_from(["system", "profile", "summary", "buffer", "user"]),
    ref=st.none(),
)


def block(role: str, content: str, layer: str = "buffer", tokens: int = 10) -> Block:
    return Block(role=role, content=content, tokens=tokens, layer=layer)  # type: ignore[arg-type]


def request(*blocks: Block, url: str = "http://127.0.0.1:9/v1/chat/completions", keyed: bool = False) -> SentRequest:
    plan = ContextPlan(model="m", window=8_000, reserve=1_000, mode="window", blocks=blocks)
    messages = [{"role": each.role, "content": each.content} for each in wire(plan)]
    body = json.dumps({"model": "m", "messages": messages, "stream": True}, ensure_ascii=False).encode()
    return SentRequest(session_id="s", message_id="u", round=0, at=None, url=url, keyed=keyed, body=body, plan=plan)


@given(st.lists(BLOCK, max_size=8))
def test_blocks_are_told_apart_again_once_they_are_joined(blocks: list[Block]) -> None:
    sent = request(*blocks)
    assert blocks_of(sent.content, shapes(blocks)) == tuple(each for each in blocks if each.content.strip())


@given(st.lists(BLOCK, max_size=8))
def test_what_was_added_for_the_server_is_shown_too(blocks: list[Block]) -> None:
    sent = request(*blocks)
    content = {**sent.content, "messages": [dict(each) for each in sent.content["messages"]]}
    if not content["messages"]:
        return
    content["messages"][-1]["content"] += "\n\nAnswer with JSON only."
    shown = "".join(each.content for each in blocks_of(content, shapes(blocks)))
    assert shown.endswith("\n\nAnswer with JSON only.")


@given(st.lists(BLOCK, max_size=6), st.lists(BLOCK, max_size=6))
def test_no_piece_is_lost_in_a_comparison(before: list[Block], after: list[Block]) -> None:
    one, other = request(*before), request(*after)
    found = compare(one, other).differences
    assert sorted(str(each.before) for each in found if each.before) == sorted(map(str, one.pieces))
    assert sorted(str(each.after) for each in found if each.after) == sorted(map(str, other.pieces))
    cached = [each.cached for each in found]
    assert cached == sorted(cached, reverse=True)
    assert all(each.kind == "same" for each in found if each.cached)


def test_the_next_turn_keeps_all_but_what_was_recalled() -> None:
    system, first, recalled = block("system", "Be kind.", "system"), block("user", "hi", "user"), "recalled"
    before = request(system, first, block("user", "[from before]", recalled))
    after = request(
        system,
        block("user", "hi"),
        block("assistant", "Hello!"),
        block("user", "and?", "user"),
        block("user", "[x]", recalled),
    )
    told = compare(before, after)
    assert [(each.kind, each.piece.text) for each in told.differences[:2]] == [("same", "Be kind."), ("same", "hi")]
    assert told.cached == 20
    changed = next(each for each in told.differences if each.kind == "changed")
    assert (changed.before and changed.before.text, changed.after and changed.after.text) == ("[from before]", "[x]")


def test_with_other_tools_nothing_is_kept() -> None:
    before, after = request(block("system", "Be kind.", "system")), request(block("system", "Be kind.", "system"))
    content = {**after.content, "tools": [{"name": "a"}]}
    after = SentRequest(
        session_id="s",
        message_id="u",
        round=0,
        at=None,
        url="",
        keyed=False,
        body=json.dumps(content).encode(),
        plan=after.plan,
    )
    assert compare(before, after).cached == 0


HOSTILE = 'it\'s $HOME `id` \\ "q"\nEND_OF_REQUEST\n\x1b[31m \x9b31m \u202e \u200b \x7f 中文 😀 \U000e0041'


@given(TEXT)
def test_a_copy_is_the_same_value_and_moves_no_terminal(text: str) -> None:
    copied = as_json(request(block("user", text)))
    assert json.loads(copied)["messages"] == request(block("user", text)).content["messages"]
    assert not any(sign in copied for sign in "\x1b\x9b\x7f\u202e\u200b\u2066\U000e0041")


def test_a_shell_reads_the_command_as_it_is_meant(tmp_path: Path) -> None:
    sent = request(block("user", HOSTILE), keyed=True)
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >&2\ncat\n')
    fake.chmod(0o700)
    done = subprocess.run(
        ["/bin/sh", "-c", as_curl(sent)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "OPENAI_API_KEY": "sk-mine"},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == sent.content
    assert done.stderr.decode().splitlines()[1:5] == [
        "http://127.0.0.1:9/v1/chat/completions",
        "-H",
        "Content-Type: application/json",
        "-H",
    ]
    assert "Authorization: Bearer sk-mine" in done.stderr.decode()
    assert "sk-mine" not in as_curl(sent)
    assert "Authorization" not in as_curl(request(block("user", "hi")))
