"""Never learn things like this: what each rule keeps out, and which rules a memory gives."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import ABOUT_USER, Memory
from memchat.core.rules import LearningRule
from memchat.memory.comparing import cosine
from memchat.memory.ranking import similarities
from memchat.memory.rules import Likeness, Statement, kept_out_by, rules_of
from memchat.providers.embedder import BuiltinEmbedder

NOW = datetime(2026, 3, 3, tzinfo=UTC)


def rule(**values: Any) -> LearningRule:
    return LearningRule(made_at=NOW, **values)


def memory(text: str, **values: Any) -> Memory:
    given: dict[str, Any] = {"kind": "fact", "subject": ABOUT_USER, **values}
    return Memory(
        id="f1",
        text=text,
        status="active",
        confidence=1,
        origin="user",
        observed_at=NOW,
        updated_at=NOW,
        **given,
    )


@pytest.fixture
async def likeness(minilm: BuiltinEmbedder) -> Likeness:
    await minilm.load()

    async def alike(first: str, second: str) -> float:
        one, other = await minilm.embed([first, second])
        return similarities(minilm.id).strength(cosine(one, other))

    return alike


DIET = rule(basis="attribute", attribute="diet", subject=ABOUT_USER)
BIRTHDAY = rule(basis="attribute", attribute="birthday", subject="Tom")
TOM = rule(basis="subject", subject="Tom")
GOALS = rule(basis="kind", kind="goal")
FILMS = rule(basis="like", text="The user likes romantic comedies.")


@pytest.mark.parametrize(
    ("which", "text", "values"),
    [
        (GOALS, "The user wants to learn Portuguese.", {"kind": "goal"}),
        (DIET, "The user eats no meat.", {"attribute": "diet"}),
        (DIET, "The user eats no meat.", {"attribute": "eating_habit"}),
        (DIET, "The user is vegan.", {}),
        (BIRTHDAY, "Tom turns forty in May.", {"subject": "tom", "attribute": "Birthday"}),
        (TOM, "He plays the cello.", {"subject": "Tom"}),
        (TOM, "The user met Tom in Lisbon.", {}),
        (FILMS, "The user watched a romantic comedy on Friday.", {}),
        (FILMS, "The user saw a funny love film.", {}),
        (FILMS, "Romantic comedies bore the user.", {}),
    ],
)
async def test_what_a_rule_is_about_is_kept_out(
    likeness: Likeness, which: LearningRule, text: str, values: dict[str, Any]
) -> None:
    statement = Statement(**{"text": text, "kind": "fact", **values})
    assert await kept_out_by([which], statement, likeness) == which


@pytest.mark.parametrize(
    ("which", "text", "values"),
    [
        (GOALS, "The user has a goal in mind.", {"kind": "fact"}),
        (DIET, "Tom is vegan.", {"subject": "Tom"}),
        (DIET, "The user lives in Lisbon.", {"attribute": "location"}),
        (BIRTHDAY, "The user's birthday is in May.", {"attribute": "birthday"}),
        (TOM, "The user cooks tomato soup.", {}),
        (FILMS, "The user likes cheese.", {}),
        (FILMS, "The user sees a therapist on Mondays.", {}),
        (rule(basis="like", text=""), "The user likes cheese.", {}),
    ],
)
async def test_what_it_is_not_about_is_learned(
    likeness: Likeness, which: LearningRule, text: str, values: dict[str, Any]
) -> None:
    assert await kept_out_by([which], Statement(**{"text": text, "kind": "fact", **values}), likeness) is None


async def test_without_an_embedder_the_words_of_a_rule_keep_out() -> None:
    assert await kept_out_by([FILMS], Statement(text="The user watches romantic comedies.", kind="fact")) == FILMS
    assert await kept_out_by([FILMS], Statement(text="The user saw a funny love film.", kind="fact")) is None


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (memory("The user is vegan."), "Nothing about your diet is learned."),
        (memory("location: Lisbon", field="location", value="Lisbon"), "Nothing about your location is learned."),
        (memory("Tom has a dog.", subject="Tom", attribute="pet"), "Nothing about Tom’s pet is learned."),
        (memory("Tom plays the cello.", subject="Tom"), "Nothing about Tom is learned."),
        (memory("The user likes fog."), "Nothing like “The user likes fog.” is learned."),
    ],
)
def test_a_memory_gives_the_narrowest_rule_first_and_each_says_what_it_keeps_out(of: Memory, says: str) -> None:
    choices = rules_of(of, NOW)
    assert choices[0].says == says
    assert choices[-1].says == "No facts are learned."
    assert len({each.basis for each in choices}) == len(choices)


@pytest.mark.parametrize("kind", MEMORY_KINDS)
async def test_every_rule_that_a_memory_gives_keeps_that_memory_out(kind: str) -> None:
    for of in (memory("Tom is vegan.", subject="Tom", kind=kind), memory("The user likes fog.", kind=kind)):
        statement = Statement(text=of.text, kind=of.kind, subject=of.subject)
        for each in rules_of(of, NOW):
            assert await kept_out_by([each], statement) == each
