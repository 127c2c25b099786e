"""What a new statement does to what is known: rules first, a model's word where they are not sure, checked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.core.memories import Memory
from memchat.memory.attributes import normal_attribute, one_valued, same_attribute
from memchat.memory.comparing import adds, agree, cosine, gist, mentions
from memchat.memory.deciding import IN_REVIEW, Terms, decide, normalised
from memchat.memory.extraction.values import Proposal
from memchat.memory.reconciling import (
    VERDICTS,
    Known,
    Verdict,
    about_the_same,
    by_rule,
    checked,
    ends,
    is_older,
    may_replace,
    rescheduled,
    settled,
)
from memchat.providers.embedder import BuiltinEmbedder
from memchat.store.decisions import Add, Decision, Expire, Hold, Reinforce, Replace, Revise

MARCH = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TERMS = Terms(mode="auto", confidence=0.7, session_id="s1")


def said(text: str, **changes: Any) -> Proposal:
    """What the user says in November."""
    values: dict[str, Any] = {
        "kind": "fact",
        "text": text,
        "quote": text,
        "message_id": "m9",
        "said_at": NOVEMBER,
        "confidence": 0.9,
    }
    return Proposal(**(values | changes))


def kept(text: str, similarity: float = 0.85, attributes: float = 0.0, **changes: Any) -> Known:
    """What is known since March."""
    values: dict[str, Any] = {
        "id": "old",
        "kind": "fact",
        "text": text,
        "status": "active",
        "confidence": 0.9,
        "origin": "user",
        "observed_at": MARCH,
        "updated_at": MARCH,
        "actor": "scripted",
    }
    return Known(memory=Memory(**(values | changes)), similarity=similarity, attributes=attributes)


def outcome(new: Proposal, *known: Known, terms: Terms = TERMS, **said_by_model: Verdict) -> list[Decision]:
    """What comes of a statement, when a model says this of the memories whose ids are named."""
    new = normalised(new)
    return decide(new, known, settled(new, known, said_by_model), terms)


# words


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The user lives in Taipei.", "The user's home is in Taipei."),
        ("The user is allergic to peanuts.", "The user can't eat peanuts."),
        ("The user does not like coffee.", "The user hates coffee."),
        ("The user has 3 cats.", "The user owns 3 cats."),
        ("我住在台北", "我住台北"),
    ],
)
def test_what_agrees_in_names_numbers_and_polarity(first: str, second: str) -> None:
    assert agree(gist(first), gist(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The user lives in Taipei.", "The user lives in Lisbon."),
        ("The user has 3 cats.", "The user has 2 cats."),
        ("The user likes coffee.", "The user doesn't like coffee."),
        ("The user is allergic to peanuts.", "The user is not allergic to peanuts."),
        ("The user works at Acme.", "The user no longer works at Acme."),
        ("Die Nutzerin wohnt in Berlin.", "Die Nutzerin wohnt in Hamburg."),
        ("我喜歡茶", "我不喜歡茶"),
    ],
)
def test_what_differs_in_a_name_a_number_or_polarity(first: str, second: str) -> None:
    assert not agree(gist(first), gist(second))


def test_what_adds_a_detail() -> None:
    assert adds(gist("The user has a dog called Rex."), gist("The user has a dog."))
    assert not adds(gist("The user has a dog."), gist("The user has a dog called Rex."))
    assert not adds(gist("The user has a cat called Rex."), gist("The user has a dog."))


def test_a_value_is_mentioned_word_by_word() -> None:
    assert mentions("The user moved to Lisbon last week.", "Lisbon")
    assert mentions("我搬到里斯本了", "里斯本")
    assert not mentions("The user moved to Lisbon.", "Taipei")


@given(st.text(max_size=80), st.text(max_size=80))
def test_agreement_has_no_direction(first: str, second: str) -> None:
    assert agree(gist(first), gist(second)) == agree(gist(second), gist(first))
    assert agree(gist(first), gist(first))


async def test_a_cosine_is_one_of_a_text_with_itself(minilm: BuiltinEmbedder) -> None:
    one, other = await minilm.embed(["The user lives in Taipei.", "The user likes tea."])
    assert cosine(one, one) == pytest.approx(1.0, abs=1e-5)
    assert cosine(one, other) < 0.5
    assert cosine(one, None) == 0.0


# attributes


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("home city", "location"),
        ("Hobbies", "hobby"),
        ("user's employer", "company"),
        ("preferred_language", "preferred language"),
    ],
)
def test_names_of_one_attribute(first: str, second: str) -> None:
    assert same_attribute(first, second)


def test_names_of_different_attributes() -> None:
    assert not same_attribute("employer", "occupation", 0.65)
    assert not same_attribute("", "")
    assert same_attribute("text editor", "code editor", 0.85)


def test_which_attributes_have_one_value_at_a_time() -> None:
    assert one_valued("favourite colour")
    assert one_valued("Home city")
    assert not one_valued("hobby")
    assert not one_valued("pet")


@given(st.text(max_size=40))
def test_an_attribute_is_its_own_name(name: str) -> None:
    assert normal_attribute(name) == "" or same_attribute(name, name)


# rules


def test_the_same_words_are_the_same() -> None:
    assert by_rule(said("The user likes tea"), kept("the user likes tea.", 1.0)) == "same"


def test_a_paraphrase_is_the_same_without_a_model_when_meaning_names_and_numbers_agree() -> None:
    assert by_rule(said("The user has a dog named Rex."), kept("The user's dog is called Rex.", 0.967)) == "same"


def test_words_of_one_family_about_one_attribute_are_the_same_without_a_model() -> None:
    new = said("The user has a peanut allergy.", attribute="allergy")
    assert by_rule(new, kept("The user is allergic to peanuts.", 0.9, attribute="allergy")) == "same"
    assert by_rule(new, kept("The user is allergic to peanuts.", 0.7, attribute="allergy")) is None


def test_a_very_high_cosine_is_not_enough_when_a_number_differs() -> None:
    new, old = said("The user has 3 cats."), kept("The user has 2 cats.", 0.99)
    assert by_rule(new, old) == "unrelated"


def test_in_scripts_without_spaces_a_cosine_says_nothing() -> None:
    # The embedder gives 0.995 for these two.
    assert by_rule(said("我喜歡咖啡"), kept("我喜歡茶", 0.995)) is None
    verdicts: tuple[Verdict, ...] = ("same", "refines")
    for verdict in verdicts:
        assert checked(verdict, said("我喜歡咖啡"), kept("我喜歡茶", 0.995)) == "unrelated"
        new, old = said("我喜歡喝咖啡", attribute="drink"), kept("我喜歡喝茶", 0.995, attribute="drink")
        assert checked(verdict, new, old) == "unrelated"
    assert checked("same", said("我喜歡喝茶"), kept("我很喜歡喝茶", 0.995)) == "same"
    new, old = said("我喜歡喝烏龍茶", attribute="drink"), kept("我喜歡喝茶", 0.995, attribute="drink")
    assert checked("refines", new, old) == "refines"


def test_another_value_of_what_there_is_one_of_replaces() -> None:
    new = said("The user lives in Lisbon.", attribute="location", value="Lisbon")
    assert by_rule(new, kept("The user lives in Taipei.", attribute="home city", value="Taipei")) == "replaces"


def test_also_and_too_never_replace() -> None:
    new = said("The user also lives in Lisbon.", attribute="location", value="Lisbon", several=True)
    old = kept("The user lives in Taipei.", attribute="location", value="Taipei")
    assert by_rule(new, old) == "unrelated"
    assert outcome(new, old, old="replaces") == outcome(new)


def test_a_fuller_value_refines_and_a_shorter_one_says_the_same() -> None:
    short, full = "The user lives in Lisbon.", "The user lives in Lisbon, Portugal."
    known_short = kept(short, attribute="location", value="Lisbon")
    known_full = kept(full, attribute="location", value="Lisbon, Portugal")
    assert by_rule(said(full, attribute="location", value="Lisbon, Portugal"), known_short) == "refines"
    assert by_rule(said(short, attribute="location", value="Lisbon"), known_full) == "same"


def test_somebody_else_is_somebody_else() -> None:
    new = said("The user's sister lives in Paris.", subject="sister", attribute="location")
    old = kept("The user's brother lives in Paris.", 0.99, subject="brother", attribute="location")
    assert by_rule(new, old) == "unrelated"
    assert isinstance(outcome(new, old, old="replaces")[0], Add)


def test_an_instruction_and_a_fact_have_nothing_to_do_with_one_another() -> None:
    new = said("Always answer in Portuguese.", kind="instruction")
    assert by_rule(new, kept("The user answers in Portuguese.", 0.97)) == "unrelated"


def test_periods_apart_are_not_merged() -> None:
    new = said("The user lived in Rome.", valid_from=MARCH, valid_to=NOVEMBER, past=True)
    old = kept(
        "The user lived in Rome.", 1.0, valid_from=MARCH - timedelta(days=900), valid_to=MARCH - timedelta(days=500)
    )
    assert by_rule(new, old) == "unrelated"


# what a model says


def test_a_model_cannot_make_unrelated_attributes_replace_one_another() -> None:
    new = said("The user works as a nurse.", attribute="occupation")
    old = kept("The user lives in Taipei.", 0.9, attribute="location")
    assert checked("replaces", new, old) == "unrelated"


def test_without_an_attribute_nothing_is_replaced() -> None:
    assert checked("replaces", said("The user prefers light mode."), kept("The user prefers dark mode.")) == "unrelated"


def test_a_model_cannot_call_the_same_what_differs_in_a_name() -> None:
    new, old = said("The user lives in Lisbon."), kept("The user lives in Taipei.", 0.9)
    assert checked("same", new, old) == "unrelated"


def test_what_is_called_a_refinement_but_adds_nothing_says_the_same() -> None:
    new = said("The user has a peanut allergy.")
    assert checked("refines", new, kept("The user is allergic to peanuts.", 0.9)) == "same"


def test_what_is_called_a_refinement_and_is_about_something_else_is_unrelated() -> None:
    new = said("The user has a cat.", attribute="pet")
    assert checked("refines", new, kept("The user has a dog.", 0.68, attribute="pet")) == "unrelated"


ATTRIBUTES = st.sampled_from(["", "location", "employer", "hobby", "favourite colour", "pet"])
SUBJECTS = st.sampled_from(["user", "sister", "Tom"])
TEXTS = st.sampled_from(
    [
        "The user lives in Taipei.",
        "The user lives in Lisbon.",
        "The user's favourite colour is blue.",
        "The user has 2 dogs.",
        "The user no longer plays chess.",
        "我住在台北",
    ]
)


PROPOSALS = st.builds(said, TEXTS, subject=SUBJECTS, attribute=ATTRIBUTES, past=st.booleans())
MEMORIES = st.builds(kept, TEXTS, st.floats(0, 1), subject=SUBJECTS, attribute=ATTRIBUTES)


@given(PROPOSALS, MEMORIES, st.sampled_from(VERDICTS))
def test_whatever_a_model_says_only_one_subject_and_attribute_supersede(
    new: Proposal, old: Known, verdict: Verdict
) -> None:
    for decision in outcome(new, old, old=verdict):
        if isinstance(decision, Replace | Revise):
            assert new.subject == old.memory.subject
            assert same_attribute(new.attribute, old.memory.attribute)
            assert decision.new.attribute == old.memory.attribute, "the old name is kept"
            assert not new.past
        assert not isinstance(decision, Hold)


# decisions


def test_a_move_ends_the_old_place_when_the_user_says_it_was() -> None:
    last_week = NOVEMBER - timedelta(days=7)
    new = said("location: Lisbon", field="location", value="Lisbon", valid_from=last_week)
    old = kept("location: Taipei", 0.6, field="location", value="Taipei", attribute="location")
    (decision,) = outcome(new, old)
    assert isinstance(decision, Replace)
    assert decision.old_ids == ("old",)
    assert decision.at == last_week
    assert decision.new.valid_from == last_week


def test_without_a_time_the_old_ends_when_the_new_is_said() -> None:
    new = said("location: Lisbon", field="location", value="Lisbon")
    (decision,) = outcome(new, kept("location: Taipei", field="location", value="Taipei", attribute="location"))
    assert isinstance(decision, Replace)
    assert decision.at == NOVEMBER


def test_what_the_user_set_by_hand_waits_for_them() -> None:
    new = said("location: Lisbon", field="location", value="Lisbon")
    old = kept("location: Taipei", field="location", value="Taipei", attribute="location", actor="user")
    (decision,) = outcome(new, old)
    assert isinstance(decision, Hold)
    assert decision.new.reason == "You set location to Taipei yourself."
    assert decision.replaces == ("old",)


def test_a_field_that_only_the_user_sets_waits_for_them() -> None:
    terms = replace(TERMS, by_hand=("name",))
    (decision,) = outcome(said("name: Alex", field="name", value="Alex"), terms=terms)
    assert isinstance(decision, Hold)


def test_in_review_mode_everything_new_waits() -> None:
    terms = replace(TERMS, mode="review")
    (decision,) = outcome(said("The user likes tea."), terms=terms)
    assert isinstance(decision, Hold)
    assert decision.new.status == "pending"
    assert decision.new.reason == IN_REVIEW


def test_what_is_not_sure_waits_and_what_is_suspicious_reinforces_nothing() -> None:
    (held,) = outcome(said("The user likes tea.", confidence=0.5))
    assert isinstance(held, Hold)
    old = kept("The user likes tea.", 1.0)
    assert isinstance(outcome(said("The user likes tea."), old)[0], Reinforce)
    assert outcome(said("The user likes tea.", reason="It speaks to the assistant."), old) == []


def test_i_used_to_is_kept_as_past_and_replaces_nothing() -> None:
    new = said("The user lived in Rome.", attribute="location", value="Rome", past=True)
    old = kept("location: Taipei", field="location", value="Taipei", attribute="location")
    (decision,) = outcome(new, old, old="replaces")
    assert isinstance(decision, Add)
    assert decision.new.valid_to == NOVEMBER
    assert decision.new.field is None


def test_no_longer_ends_what_held() -> None:
    new = said("The user no longer works at Acme.", attribute="employer", value="Acme", past=True, valid_to=MARCH)
    old = kept(
        "The user works at Acme.", 0.88, attribute="employer", value="Acme", observed_at=MARCH - timedelta(days=9)
    )
    again, expired = outcome(new, old)
    assert isinstance(again, Reinforce)
    assert expired == Expire(id="old", valid_to=MARCH)
    assert ends(normalised(new), old)
    other = kept("The user works at Globex.", 0.6, attribute="employer", value="Globex")
    assert not ends(normalised(new), other)


def test_for_now_is_no_change_for_good() -> None:
    friday = NOVEMBER + timedelta(days=3)
    new = said("location: Berlin", field="location", value="Berlin", valid_to=friday)
    old = kept("location: Taipei", field="location", value="Taipei", attribute="location")
    (decision,) = outcome(new, old)
    assert isinstance(decision, Add)
    assert decision.new.field is None
    assert decision.new.text == "The user's location is Berlin."
    assert decision.new.valid_to == friday


def test_what_was_said_earlier_and_is_read_later_does_not_replace_what_is_newer() -> None:
    new = said("location: Taipei", field="location", value="Taipei", said_at=MARCH)
    old = kept("location: Lisbon", field="location", value="Lisbon", attribute="location", observed_at=NOVEMBER)
    assert is_older(new, old.memory)
    (decision,) = outcome(new, old)
    assert isinstance(decision, Add)
    assert decision.new.field is None
    assert decision.new.valid_to == NOVEMBER


def test_a_second_goal_stands_beside_the_first() -> None:
    new = said("goals: run a marathon", field="goals", value="run a marathon", several=True)
    old = kept("goals: learn Portuguese", 0.4, field="goals", value="learn Portuguese", attribute="goals")
    (decision,) = outcome(new, old, old="replaces")
    assert isinstance(decision, Add)
    assert decision.new.field == "goals"


def test_a_refinement_is_a_new_version_under_the_old_name() -> None:
    new = said("The user has a dog called Rex.", attribute="dog")
    old = kept("The user has a dog.", 0.75, attribute="pet", attributes=0.83)
    assert about_the_same(new, old)
    (decision,) = outcome(new, old)
    assert isinstance(decision, Revise)
    assert decision.new.attribute == "pet"
    assert may_replace(new, old)


# another time for the same thing


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The tax form is due on 3 March 2026.", "The date when the tax form is due was moved to 17 March 2026."),
        ("The user has choir practice on Monday evening.", "The choir practice is on Thursday now instead of Monday."),
        ("The rent is 800 euros.", "The rent was changed from 800 to 860 euros."),
        ("The user sings every Monday.", "The user's singing lesson has moved to Thursdays instead of Mondays."),
    ],
)
def test_what_is_moved_takes_the_place_of_what_was_when_a_model_agrees(old: str, new: str) -> None:
    (decision,) = outcome(said(new), kept(old), old="replaces")
    assert isinstance(decision, Replace)
    assert decision.old_ids == ("old",)
    assert decision.named
    assert isinstance(outcome(said(new), kept(old), old="unrelated")[0], Add)


SLIP = "Sorry, I misread: the train leaves on 14 May."


@pytest.mark.parametrize(
    ("quote", "minutes", "taken_back"),
    [
        (SLIP, 2, True),
        ("No, I meant that the train leaves on 14 May.", 2, True),
        ("訂正: the train leaves on 14 May.", 2, True),
        (SLIP, 60 * 24, False),
        ("The train leaves on 14 May.", 2, False),
    ],
)
def test_a_slip_is_taken_back_without_saying_all_of_it_again(quote: str, minutes: int, taken_back: bool) -> None:
    old = kept("The user's train to Porto leaves on 12 May 2026.", observed_at=NOVEMBER - timedelta(minutes=minutes))
    new = said("The train leaves on 14 May 2026.", quote=quote)
    assert rescheduled(new, old.memory) == taken_back


def test_a_slip_about_another_thing_takes_nothing_back() -> None:
    old = kept("The user's train to Porto leaves on 12 May 2026.", observed_at=NOVEMBER)
    new = said("The concert is on 14 May 2026.", quote="Sorry, I misread: the concert is on 14 May.")
    assert not rescheduled(new, old.memory)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The tax form is due on 3 March 2026.", "The car was sold on 17 March 2026."),
        ("The Atlas project uses version 3.", "The Heron project was changed to version 4."),
        ("The user runs 10 km on Sundays.", "The user runs 5 km on Wednesdays."),
        ("The user has a meeting on 3 March 2026.", "The user moved to a flat on 17 March 2026."),
    ],
)
def test_another_thing_is_not_moved(old: str, new: str) -> None:
    assert not rescheduled(said(new), kept(old).memory)
