"""What words are indexed, and what a search finds by them: letters, scripts, endings, identifiers."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memchat.store import Store
from memchat.store.languages import language_of
from memchat.store.letters import plain
from memchat.store.words import in_language, phrase, phrases, spaced
from tests.store.helpers import found


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("CAFÉ", "cafe"),
        ("Straße", "strasse"),
        ("Łódź Ærø Đà Nẵng", "lodz aero da nang"),
        ("Ёлка мой", "елка мой"),
        ("أَسْكُنُ", "اسكن"),
        ("محـــمد", "محمد"),
        ("١٢", "12"),
        ("ＡＢＣ ﾌﾟﾛ", "abc プロ"),
        ("がぎ", "がぎ"),
        ("हिन्दी", "हिन्दी"),
        ("ไม่", "ไม่"),
    ],
)
def test_letters_are_compared_in_one_form(written: str, compared: str) -> None:
    assert plain(written) == compared


@given(st.text())
def test_the_one_form_of_letters_is_the_form_of_itself(text: str) -> None:
    assert plain(plain(text)).casefold() == plain(plain(plain(text))).casefold()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The war was long and I die of hunger", "en"),
        ("Meine Katze hat heute nichts gegessen", "de"),
        ("Je ne mange pas de viande", "fr"),
        ("Mi hermana vive en una casa", "es"),
        ("Mia sorella non vive con noi", "it"),
        ("A minha irmã não gosta de queijo", "pt"),
        ("Mijn zus woont niet bij ons", "nl"),
        ("ChromaDB", "en"),
        ("", "en"),
    ],
)
def test_a_language_is_known_by_the_words_that_are_in_every_text(text: str, code: str) -> None:
    assert language_of(plain(text)) == code


async def stored(store: Store, text: str) -> str:
    session = await store.sessions.create()
    return (await store.messages.append_user(session.id, text, tokens=1)).id


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("I go to the café", ("cafe", "café", "CAFÉ", "cafés")),
        ("I go to the cafe", ("café",)),
        ("Ich wohne in der Straße", ("strasse", "Straße", "STRASSE", "Straßen")),
        ("Ich habe zwei Katzen und einen Hund", ("Katze", "katzen", "Hunde")),
        ("Je suis allergique aux noix", ("allergiques", "noix")),
        ("Mi gata es negra", ("gato", "gatos", "gata")),
        ("Ho due gatti neri", ("gatto", "gatta", "nero")),
        ("A minha irmã é alérgica", ("alergico", "irma", "irmã")),
        ("Ik heb twee katten", ("kat", "katten")),
        ("Мою кошку зовут Ёлка", ("кошка", "кошки", "елка", "Ёлку")),
        ("Η γάτα μου", ("γάτες", "γατα")),
        ("أسكن في القاهرة", ("القاهره", "قاهرة", "بالقاهرة", "اسكن")),
        ("اسم قِطَّتي لولو", ("قطة", "القطة", "لولو")),
        ("我在学中文", ("中文", "中", "学")),
        ("我朋友王明住在台北", ("王明", "台北")),
        ("私は猫が好きです", ("猫",)),
        ("プログラミングを習う", ("プログラミング", "ﾌﾟﾛｸﾞﾗﾐﾝｸﾞ")),
        ("민수는 고양이를 키워요", ("민수", "고양이")),
        ("ฉันรักแมว", ("แมว",)),
        ("मुझे बिल्लियाँ पसंद हैं", ("बिल्ली",)),
        ("用Python写的爬虫", ("python", "爬虫")),
        ("call getUserName first", ("getUserName", "getusername", "user", "name")),
        ("an HTTPServer with parse_config", ("server", "httpserver", "config", "parse_config")),
        ("I use ChromaDB and Python3", ("chroma", "chromadb", "python", "python3")),
        ("edit src/main/app_utils.py", ("app_utils.py", "utils", "src/main")),
        ("we run v2.0.1 and 3.12", ("v2.0.1", "3.12")),
        ("written in C++, some C#, some .NET", ("c++", "C#", ".NET", "c")),
        ("write to anna.k@example.org", ("anna.k@example.org", "anna", "example.org")),
        ("see https://example.org/a/b?c=d", ("example.org/a/b", "https://example.org/a/b?c=d")),
        ("The Universities were running", ("university", "run", "runs")),
    ],
)
async def test_a_word_is_found_however_it_is_written(store: Store, text: str, terms: tuple[str, ...]) -> None:
    message = await stored(store, text)
    await stored(store, "something else")
    assert {term: await found(store, term) for term in terms} == {term: [message] for term in terms}


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("I was there in the past", "pasta"),
        ("京の都", "京都"),
        ("I know C", "C++"),
        ("ฉันกัน", "กิน"),
        ("he carved it", "car"),
    ],
)
async def test_what_is_another_word_is_not_found(store: Store, text: str, term: str) -> None:
    await stored(store, text)
    assert await found(store, term) == []


@pytest.mark.parametrize(
    ("text", "beginnings"),
    [
        ("the universities of Padua", ("univ", "universi", "universitie", "pad")),
        ("a connection that works", ("conn", "connec", "connecti", "connection")),
        ("Ich habe zwei Katzen", ("kat", "katz", "katze", "katzen")),
        ("Мою кошку зовут Ёлка", ("кош", "кошк", "кошку")),
        ("我要去京都旅行", ("京", "京都")),
        ("민수는 고양이를 키워요", ("고양",)),
        ("call getUserName", ("getU", "use", "getusern")),
    ],
)
async def test_a_word_is_found_by_its_beginning_at_any_length(
    store: Store, text: str, beginnings: tuple[str, ...]
) -> None:
    message = await stored(store, text)
    for each in beginnings:
        assert await found(store, each, prefix=True) == [message], each
    assert await found(store, "planet", prefix=True) == []


async def test_an_english_word_is_found_in_a_text_of_another_language_and_after_it_came(store: Store) -> None:
    first = await stored(store, "My cats are called Mimi and Momo")
    assert await found(store, "Mimi") == [first]
    second = await stored(store, "Meine Katzen heißen Mimi und Momo")
    assert set(await found(store, "Mimi")) == {first, second}
    assert await found(store, "Katze") == [second]


async def test_no_one_can_type_how_a_language_is_marked(store: Store) -> None:
    await stored(store, "Meine Katzen heißen Mimi und Momo")
    assert await found(store, in_language("de")) == []


async def test_words_of_a_phrase_stand_together(store: Store) -> None:
    message = await stored(store, "Ich mag das rote Haus, nicht das blaue")
    assert await found(store, "das rote Haus") == [message]
    assert await found(store, "das blaue Haus") == []


def test_terms_are_quoted_once_each_and_not_without_end() -> None:
    assert phrases(["京都", "a\0b", "!?", "京都"]) == ['"京  都"', '"a b"']
    assert phrase('say "hi"').startswith('("say  hi" OR ')
    assert phrase("1", prefix=True) == '"1"*'
    assert len(phrases([f"w{n}" for n in range(500)])) == 64
    assert spaced("plain words") == "plain word"


def test_long_identifiers_cost_no_more_than_their_length() -> None:
    """Text without a space, such as an encoded picture, is one word with few parts."""
    text = "aB" * 100_000 + " " + "a" * 100_000 + "+" * 100_000
    assert len(spaced(text)) < 2 * len(text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12))
async def test_any_word_is_found_by_itself(store: Store, word: str) -> None:
    session = await store.sessions.create()
    message = await store.messages.append_user(session.id, f"und {word} nicht", tokens=1)
    assert message.id in await found(store, word)
    await store.sessions.erase(session.id)
