"""What is remembered, as a page; and the questions that are answered with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from memchat.core.memories import Memory, Source
from memchat.core.overview import Group, Overview
from memchat.core.rules import LearningRule
from memchat.core.settings import Settings
from memchat.memory.overview import as_markdown, as_text, asks_what_is_known, closed_page, page
from memchat.store import Store
from tests.memory.conftest import say

ASKED = {
    "en": "What do you remember about me? | what do you know about me | Hey, what have you learned about me so far? | "
    "Tell me everything you know about me. | Show me what you remember about me, please | What’s in your memory? | "
    "What information do you have stored about me? | Do you remember anything about me?",
    "de": "Was weißt du über mich? | Was weißt du alles über mich? | Woran erinnerst du dich bei mir? | "
    "Was hast du dir über mich gemerkt? | Was hast du über mich gespeichert? | Zeig mir, was du über mich weißt",
    "fr": "Que sais-tu de moi ? | Qu’est-ce que tu sais sur moi ? | De quoi te souviens-tu à mon sujet ? | "
    "Qu'est-ce que tu as retenu sur moi ? | Dis-moi tout ce que tu sais sur moi",
    "es": "¿Qué sabes de mí? | ¿Qué recuerdas sobre mí? | Dime todo lo que sabes de mí | ¿Qué has aprendido sobre mí?",
    "pt": "O que você sabe sobre mim? | O que você lembra sobre mim? | Que sabes de mim? | "
    "Me mostre tudo o que você sabe sobre mim",
    "it": "Cosa sai di me? | Che cosa ricordi di me? | Cosa ti ricordi di me? | Dimmi tutto quello che sai su di me",
    "nl": "Wat weet je over mij? | Wat herinner je je over mij? | Wat heb je over mij onthouden?",
    "ru": "Что ты обо мне знаешь? | Что ты знаешь обо мне? | Что ты помнишь обо мне? | "
    "Расскажи всё, что ты обо мне знаешь",
    "zh": "你記得我什麼？ | 你记得我什么？ | 你知道关于我的哪些事？ | 關於我，你記得什麼？ | 你對我了解多少？ | "
    "告訴我你記得的關於我的一切",
    "ja": "私について何を覚えていますか？ | 私のことを何か覚えてる？ | 僕について何を知っていますか | "
    "私について覚えていることを教えてください",
    "ko": "나에 대해 뭘 기억해? | 나에 대해 무엇을 알고 있나요? | 저에 대해 무엇을 기억하고 있습니까? | "
    "나에 대해 기억하는 것을 말해줘",
}
OTHERS = (
    "What do you remember about my trip? | What do you know about me and Kyoto? | What do you know about Paris? | "
    "Do you know my sister? | What do you remember about me asking for a refund? | Tell me what you know about ants | "
    "I know what you remember about me | What do I remember about you? | Show me the memories of Marco Polo | "
    "Was weißt du über Mexiko? | Was weißt du über mich und Anna? | ¿Qué sabes de México? | Cosa sai di mela? | "
    "O que você sabe sobre mim e a Ana? | Wat weet je over Mijas? | Что ты знаешь о Москве? | Что ты помнишь | "
    "你知道什麼是量子嗎？ | 你記得我的貓叫什麼嗎？ | 私の猫の名前を覚えていますか | "
    "한국에 대해 뭘 알아? | 내 고양이 이름 기억해? | "
    "Hello | What do you remember about me? And what is 2 + 2?"
)
NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


def _each(listed: str) -> list[str]:
    return [text.strip() for text in listed.split(" | ")]


@pytest.mark.parametrize("question", [text for listed in ASKED.values() for text in _each(listed)])
def test_the_question_is_known_in_every_language(question: str) -> None:
    assert asks_what_is_known(question)


@pytest.mark.parametrize("text", _each(OTHERS))
def test_other_questions_are_not(text: str) -> None:
    assert not asks_what_is_known(text)


def _memory(text: str, **changes: object) -> Memory:
    memory = Memory(
        id="f1",
        kind="fact",
        text=text,
        status="active",
        confidence=1,
        origin="user",
        observed_at=NOW - timedelta(days=9),
        updated_at=NOW,
    )
    return replace(memory, **changes)  # type: ignore[arg-type]


async def test_the_page_tells_by_subject_how_sure_since_when_and_from_where(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "memory.db", clock=lambda: NOW)
    session = await store.sessions.create()
    await say(store, session, "I like small gardens", "Nice.")
    await store.sessions.rename(session.id, "Trip to Kyoto", by="user")
    said = await store.messages.last(session.id)
    assert said is not None
    source = Source(session_id=session.id, message_id=said.id, quote="I like small gardens")
    add = store.memories.add
    await store.profile.set("name", "Alice", origin="user")
    await add(kind="preference", text="Likes small gardens.", confidence=0.9, origin="user", sources=[source])
    for number in range(4):
        await add(kind="fact", text=f"Knows topic {number}.", confidence=0.6, origin="user")
    await add(kind="fact", text="Mia plays chess.", confidence=0.4, origin="assistant", subject="Mia")
    await add(kind="instruction", text="Answer briefly.", confidence=1, origin="user")
    await add(kind="fact", text="Lived in Rome.", confidence=1, origin="user", valid_to=NOW - timedelta(days=1))
    await add(kind="fact", text="Waits.", confidence=1, origin="user", status="pending")
    rule = LearningRule(basis="kind", kind="event", made_at=NOW)
    found = await store.overview(each=2, subjects=5, episodes=3)
    text = as_text(page(found, Settings(), [rule], present=NOW, zone=UTC))
    await store.close()
    lines = text.splitlines()
    assert lines[0] == "What I remember about you"
    assert "- name: Alice  (sure, you set it on 12 March 2026)" in lines
    assert "- Likes small gardens.  (sure, you said it on 12 March 2026 in “Trip to Kyoto”)" in lines
    assert "- Knows topic 3.  (likely, you set it on 12 March 2026)" in lines
    assert "- and 2 more" in lines
    assert lines[lines.index("Mia") + 1] == "- Mia plays chess.  (not sure, from an answer on 12 March 2026)"
    assert lines[lines.index("How you want to be answered") + 1].startswith("- Answer briefly.")
    assert "- I keep one conversation with 2 messages word for word, and find them when they help." in lines
    assert "- 1 waits for your review." in lines
    assert "- 1 is no longer so." in lines
    assert "- No events are learned.  (your rule)" in lines
    assert any(line.startswith("- Passwords, keys and card numbers") for line in lines)
    assert "Rome" not in text
    assert "Waits." not in text


def test_an_empty_memory_says_what_to_do() -> None:
    text = as_text(page(Overview(), Settings(), [], present=NOW, zone=UTC))
    assert "Nothing yet." in text
    assert "What I do not keep" in text
    assert as_text(closed_page("The memory is off.")).splitlines()[-1] == "The memory is off."


@pytest.mark.parametrize(
    "hostile",
    [
        "# heading", "- item", "1. one", "10) ten", "> quote", "```code", "**bold** _it_ `code`", "[x](https://e.vil)",
        "<b>x</b> <https://e.vil>", "https://e.vil/x", "| a | b |", "&lt;b&gt;", "~~gone~~", "a\n\n# b", "---", "=====",
        "\x1b]8;;https://e.vil\x07x\x1b]8;;\x07", "![i](https://e.vil/i.png)", "\\", "+ plus", "a\u202eb",
    ],
)  # fmt: skip
def test_what_is_remembered_is_text_in_markdown(hostile: str) -> None:
    from memchat.memory.quoting import one_line

    group = Group(subject="user", kind="fact", memories=(_memory(hostile),), count=1)
    found = Overview(profile=(_memory("", field="name", value=hostile),), groups=(group,))
    fact = page(found, Settings(), [], present=NOW, zone=UTC)
    tokens = MarkdownIt("gfm-like").parse(as_markdown(fact))
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {
        "link_open", "image", "html_inline", "html_block", "fence", "code_inline", "code_block", "strong_open",
        "table_open", "blockquote_open", "ordered_list_open", "hr", "s_open",
    }  # fmt: skip
    assert sum(token.type == "heading_open" for token in tokens) == 4
    shown = "".join(child.content for token in tokens for child in token.children or ())
    assert shown.count(one_line(hostile)) >= 2
