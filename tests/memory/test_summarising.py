"""Notes: from any history, within the window, and believed only when they say something."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.memory.clipping import clip, split
from memchat.memory.excerpts import excerpt
from memchat.memory.prompts import prompt
from memchat.memory.rolling import joined
from memchat.memory.summarising import Summariser, passes, tidy, transcript, usable, without_broken_end
from memchat.memory.title import tidy_title
from tests.memory.making import message, words


@given(st.text(), st.integers(1, 60))
def test_a_clip_is_the_beginning_within_its_limit(text: str, limit: int) -> None:
    head, rest = clip(text, limit, words)
    assert head + rest == text
    assert words(head) <= limit
    assert head or not text or words(text[0]) > limit


def test_a_clip_ends_after_a_sentence_where_one_fits() -> None:
    text = "One is here. Two is there. Three is nowhere to be seen."
    assert clip(text, 16, words)[0] == "One is here. Two is there. "
    assert clip(text, 5, words)[0] == "One is "


@given(st.text(max_size=3000), st.integers(4, 60))
def test_pieces_make_the_whole(text: str, limit: int) -> None:
    pieces = split(text, limit, words)
    assert "".join(pieces) == text
    assert all(words(piece) <= limit for piece in pieces)


@given(st.text(max_size=4000), st.lists(st.text(min_size=1, max_size=8), max_size=4), st.integers(8, 200))
def test_an_excerpt_is_within_its_limit(text: str, terms: list[str], limit: int) -> None:
    assert words(excerpt(text, terms, limit, words)) <= limit + 4


def test_a_giant_line_is_clipped_quickly() -> None:
    head, _ = clip("x" * 1_000_000, 100, words)
    assert 0 < len(head) <= 400


@pytest.mark.parametrize(
    ("reply", "notes"),
    [
        ("<think>hm</think>- The user is Alex.", "- The user is Alex."),
        ("Here are the notes:\n- A fact.\n- A fact.", "- A fact."),
        ("```\n- A fact.\n```", "- A fact."),
        ("**Summary:**\n\n- A fact.\n", "- A fact."),
        ("- A fact.\n</conversation>", "- A fact."),
        ("Summary of tests is open.", "Summary of tests is open."),
        ("<think>never ends", ""),
    ],
)
def test_notes_are_freed_of_what_is_around_them(reply: str, notes: str) -> None:
    assert tidy(reply) == notes


@pytest.mark.parametrize(
    "reply", ["", "...", "- - - - -", "I'm sorry, but I can't do that.", "As an AI model", "12 12 12"]
)
def test_noise_and_refusals_are_no_notes(reply: str) -> None:
    assert not usable(tidy(reply))


def test_notes_in_any_language_are_notes() -> None:
    assert not usable('Pending: nothing\nDecided: ""')
    assert usable("- 使用者叫小明，住在台北。")
    assert usable("- Der Nutzer heißt Alex.")


def test_a_broken_end_is_dropped() -> None:
    assert without_broken_end("- One.\n- Two is a long") == "- One."
    assert without_broken_end("no end at all") == "no end at all"


def test_new_notes_follow_the_old_and_are_not_doubled() -> None:
    assert joined("- A.\n- B.", "- b.\n- C.") == "- A.\n- B.\n- C."
    assert joined("", "- A.") == "- A."


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.integers(0, 3000)), max_size=30),
    st.integers(32, 400),
)
def test_passes_hold_every_message_once_and_fit(history: list[tuple[str, int]], room: int) -> None:
    messages = [
        message(seq, ("word " * (length // 5)), role=role)  # type: ignore[arg-type]
        for seq, (role, length) in enumerate(history, 1)
    ]
    groups = passes(messages, room, words)
    assert [each for group, _ in groups for each in group] == messages
    assert all(words(text) <= room for _, texts in groups for text in texts)


def test_a_long_reply_is_cut_and_a_long_question_is_not() -> None:
    messages = [message(1, "question " * 300), message(2, "answer " * 300)]
    text = transcript(messages, 40, words)
    assert text.count("question") == 300
    assert text.count("answer") < 100
    assert text.endswith("[…]")


async def test_the_room_leaves_space_for_prompt_and_reply(summariser: Summariser) -> None:
    small = Summariser(model=summariser.model, window=2048, scale=1.5, count=words)
    assert small.room("fold", 200) * 1.5 + words(prompt("fold")) * 1.5 + small.reply_tokens(200) < 2048 * 0.95


@pytest.mark.parametrize(
    ("reply", "title"),
    [
        ('"Trip to Kyoto."', "Trip to Kyoto"),
        ("**Title: RAG with ChromaDB**\nMore", "RAG with ChromaDB"),
        ("# 京都之旅", "京都之旅"),
        ("This is a conversation about how one could possibly go to Kyoto in spring", ""),
        ("", ""),
    ],
)
def test_a_title_is_short_and_bare(reply: str, title: str) -> None:
    assert tidy_title(reply) == title
