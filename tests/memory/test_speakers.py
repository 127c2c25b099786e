"""Whose words a message asks for."""

import pytest

from memchat.core.settings import MemorySettings
from memchat.memory.recall import Recaller
from memchat.memory.speakers import side_asked, speaker_asked
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store import Store
from tests.memory.conftest import Holder, embed_all, say
from tests.memory.making import words


@pytest.mark.parametrize(
    "message",
    [
        "What did you suggest for the roof?",
        "Which wine had you recommended?",
        "you mentioned a paper on bees, which one?",
        "What was your advice on the loan?",
        "Was hast du mir für das Dach empfohlen?",
        "Wie hieß das Buch, das du vorgeschlagen hast?",
        "Que m'as-tu conseillé pour le toit ?",
        "¿Qué me recomendaste para el techo?",
        "O que você sugeriu para o telhado?",
        "Cosa mi hai consigliato per il tetto?",
        "Wat heb je me aangeraden?",
        "Что ты посоветовал для крыши?",
        "你之前推薦過哪家餐廳？",
        "あなたが勧めてくれた本は何？",
        "네가 추천한 식당이 어디였지?",
    ],
)
def test_the_assistants_words_are_asked_for(message: str) -> None:
    assert side_asked(message) == "assistant"


@pytest.mark.parametrize(
    "message",
    [
        "What did I say about the roof?",
        "Can you remind me what I told you about Ben?",
        "Was habe ich über das Dach gesagt?",
        "Qu'est-ce que j'ai dit du toit ?",
        "¿Qué te he contado del techo?",
        "O que eu disse sobre o telhado?",
        "Cosa ti ho detto del tetto?",
        "Wat heb ik over het dak gezegd?",
        "Что я говорил о крыше?",
        "我說過什麼關於屋頂的事？",
        "私が話した本は何？",
        "내가 말한 식당이 어디였지?",
    ],
)
def test_the_users_own_words_are_asked_for(message: str) -> None:
    assert side_asked(message) == "user"


@pytest.mark.parametrize(
    "message",
    [
        "What would you recommend for the roof?",
        "Can you tell me where I live?",
        "Do you know a good dentist?",
        "What did my sister say about you?",
        "What did you answer when I asked for a loan?",
        "Wo wohne ich?",
        "你推薦什麼餐廳？",
        "",
    ],
)
def test_what_asks_for_something_new_or_for_both_asks_for_neither(message: str) -> None:
    assert side_asked(message) is None


@pytest.mark.parametrize(
    ("texts", "message", "speaker"),
    [
        (["Anna: I ski.", "Ben: I swim."], "What does Anna do?", "anna"),
        (["Anna: I ski.", "Ben: I swim."], "What is Anna's sport?", "anna"),
        (["Anna: I ski.", "Ben: I swim."], "Do Anna and Ben ski?", None),
        (["Anna: I ski.", "Ben: I swim."], "What does Anne do?", None),
        (["Anna Weiss: I ski.", "Ben: I swim."], "What does Anna do?", "anna weiss"),
        (["Anna Weiss: I ski.", "Anna Roth: I swim."], "What does Anna do?", None),
        (["Anna Weiss: I ski.", "Anna Roth: I swim."], "What does Anna Roth do?", "anna roth"),
        (["José: nado.", "Zoë: esquío."], "¿Qué hace Jose?", "jose"),
        (["Ольга: плаваю.", "Иван: бегаю."], "Что делает Ольга?", "ольга"),
        (["小明：我會游泳。", "小華：我會滑雪。"], "小明會做什麼？", "小明"),
        (["たけし: 泳ぎます。"], "たけしは何をしますか？", "たけし"),
        (["I ski.", "12:30 we leave"], "When do we leave?", None),
    ],
)
def test_the_one_speaker_who_is_named(texts: list[str], message: str, speaker: str | None) -> None:
    assert speaker_asked(texts, message) == speaker


async def test_each_side_is_found_first_where_it_is_asked_for(
    store: Store, embedding: Holder, minilm: BuiltinEmbedder
) -> None:
    session = await store.sessions.create()
    await say(
        store, session, "I think about slate for the roof of the barn.", "For the barn's roof clay tiles last longest."
    )
    await embed_all(store, minilm)
    recaller = Recaller(store, embedding, words)

    async def best(text: str) -> str:
        found = await recaller.recall(text, outside=None, limit=3, max_tokens=900, floor=MemorySettings().recall_floor)
        return found.items[0].source.role or ""

    assert await best("What did I say about the roof of the barn?") == "user"
    assert await best("What did you suggest for the roof of the barn?") == "assistant"
