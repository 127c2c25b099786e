"""In other languages than English, words find what the embedder cannot read, and what is unrelated recalls nothing."""

import pytest

from memchat.core.settings import MemorySettings
from memchat.memory.queries import query_of
from memchat.memory.querying.languages import language_of, reads_english_alone
from memchat.memory.querying.world import about_world
from memchat.memory.recall import Recaller
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all
from tests.memory.languages import TALKS, Talk
from tests.memory.making import words

FLOOR = MemorySettings().recall_floor


async def tell(store: Store, *talks: Talk) -> None:
    for talk in talks:
        for text in (*(fact for fact, _ in talk.asked), *talk.besides):
            await store.memories.add(kind="fact", text=text, confidence=1.0, origin="user")


async def recalled(store: Store, embedding: Holder, text: str) -> list[str]:
    recaller = Recaller(store, embedding, words)
    found = await recaller.recall(text, outside=None, limit=25, max_tokens=9_000, floor=FLOOR)
    return [item.text for item in found.items]


@pytest.mark.parametrize("code", TALKS)
async def test_what_shares_words_is_found_and_what_is_unrelated_recalls_nothing(
    store: Store, embedding: Holder, minilm: BuiltinEmbedder, code: str
) -> None:
    await tell(store, TALKS[code])
    await embed_all(store, minilm)
    missed = [asked for fact, asked in TALKS[code].asked if fact not in (await recalled(store, embedding, asked))[:3]]
    assert missed == []
    assert {text: items for text in TALKS[code].unrelated if (items := await recalled(store, embedding, text))} == {}


async def test_languages_beside_one_another_do_not_get_in_each_others_way(store: Store, no_embedder: Holder) -> None:
    await tell(store, *TALKS.values())
    unrelated = [text for talk in TALKS.values() for text in talk.unrelated]
    assert {text: items for text in unrelated if (items := await recalled(store, no_embedder, text))} == {}
    asked = [each for talk in TALKS.values() for each in talk.asked]
    assert [text for fact, text in asked if fact not in (await recalled(store, no_embedder, text))[:3]] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What is my dog called?", "en"),
        ("chunking strategy", "en"),
        ("Was I in the café?", "en"),
        ("Guten Morgen!", "de"),
        ("Gdzie mieszka moja siostra?", "pl"),
        ("Var bor min syster?", "sv"),
        ("Nasılsın?", "other"),
        ("Zoë birthday", "en"),
        ("ما اسم القطة؟", "ar"),
        ("Ποιο είναι το όνομα της γάτας μου;", "other"),
        ("What does 你好 mean to my wife?", "en"),
        ("我用 ChromaDB 做什麼？", "zh"),
        ("Pythonで書いた", "ja"),
        ("", "en"),
    ],
)
def test_the_language_of_a_message_is_told(text: str, code: str) -> None:
    assert language_of(text).code == code


def test_an_embedder_that_was_taught_english_alone_is_known() -> None:
    assert reads_english_alone("all-MiniLM-L6-v2-onnx-int8")
    assert reads_english_alone("bge-small-en-v1.5")
    assert not reads_english_alone("paraphrase-multilingual-MiniLM-L12-v2")
    assert not reads_english_alone("bge-m3")
    assert not reads_english_alone("text-embedding-3-small")
    assert reads_english_alone("bge-base-en@http://127.0.0.1:8080/v1")
    assert not reads_english_alone("bge-m3@https://api-en.example.com/v1"), "where it is asked tells nothing of it"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("妹のさくらは医学を勉強しています。", ("妹", "さく", "くら", "医学", "勉強")),
        ("広島行きの電車はいつですか？", ("広島", "電車")),
        ("我的貓叫什麼名字？", ("貓", "名字")),
        ("我去京都開會", ("京都", "開會")),
        ("수진이는 무엇을 공부하나요?", ("수진", "공부")),
        ("用Python写的爬虫", ("python", "写", "爬虫")),
        ("ฉันรักแมว", ("ฉัน", "นรั", "รัก", "กแ", "แม", "มว")),
        ("Wie heißen meine Katzen?", ("katzen",)),
        ("Как зовут мою кошку?", ("кошку",)),
        ("what about C++ and Python 3.12 in src/app.py?", ("c++", "python", "3.12", "src", "app", "py")),
    ],
)
def test_terms_are_what_carries_meaning_in_any_script(text: str, terms: tuple[str, ...]) -> None:
    assert query_of(text).terms == terms


@pytest.mark.parametrize(
    ("text", "world"),
    [
        ("Write a haiku about the sea.", True),
        ("Schreib ein Gedicht über das Meer.", True),
        ("Schreib einen Brief an meinen Vermieter.", False),
        ("¿Cómo ordeno una lista en Python?", True),
        ("請解釋電晶體的原理。", True),
        ("トランジスタの仕組みを説明してください。", True),
        ("Объясни, как работает транзистор.", True),
        ("Wo wohnt Anna?", False),
    ],
)
def test_a_task_that_no_memory_helps_with_is_about_the_world(text: str, world: bool) -> None:
    assert about_world(text, ()) is world
