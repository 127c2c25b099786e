"""The layout of a request."""

from itertools import pairwise

import pytest

from memchat.core.errors import MessageTooLong
from memchat.core.settings import MemorySettings
from memchat.memory.context import assemble, wire
from memchat.store.values import Span
from tests.memory.making import fact, field, inputs, message, past, recall, recalled, rolling, talk, words


def test_layers_stand_in_the_order_that_a_prompt_cache_needs() -> None:
    plan = assemble(
        inputs(
            profile=[field("name", "Alice")],
            pinned=[fact("Allergic to peanuts", pinned=True)],
            session_summaries=[past(1), past(2)],
            rolling_summary=rolling("They planned a trip.", to_seq=4),
            buffer=talk(4, start=5),
            recall=recall(
                [recalled("I like small gardens", day=2), recalled("Kyoto in May", "m901", day=1, score=0.9)]
            ),
            user_text="Which garden?",
            user_ref="m9",
        ),
        words,
    )
    assert [block.layer for block in plan.blocks] == [
        *("system", "profile", "sessions", "summary", "buffer", "buffer", "buffer", "buffer", "user", "recalled"),
    ]
    sent = wire(plan)
    assert [item.role for item in sent] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "- name: Alice\n- Allergic to peanuts" in sent[0].content
    assert sent[0].content.index("Talk 1") < sent[0].content.index("Talk 2") < sent[0].content.index("planned a trip")
    assert "2026" not in sent[0].content.replace("4 March 2026", "").replace("5 March 2026", ""), (
        "a clock in the prefix"
    )
    last = sent[-1].content
    assert last.startswith("Which garden?\n\n<recalled>\nToday is Friday 20 November 2026.")
    assert last.index("Kyoto in May") < last.index("small gardens"), "sorted by time"
    assert '4 March 2026, the user said in "RAG plans":\n> Kyoto in May' in last
    assert last.endswith("</recalled>")
    assert plan.left_out == ()
    assert plan.blocks[3].ref == "r1"
    assert [item.id for item in plan.recalled] == ["m900", "m901"]


def test_without_memory_only_the_session_itself_goes_in() -> None:
    plan = assemble(
        inputs(
            memory_on=False,
            profile=[field("name", "Alice")],
            session_summaries=[past(1)],
            rolling_summary=rolling("They planned.", to_seq=2),
            buffer=talk(2, start=3),
            recall=recall([recalled("I like gardens")]),
        ),
        words,
    )
    assert {block.layer for block in plan.blocks} == {"system", "summary", "buffer", "user"}


def test_an_oversized_message_is_refused_with_the_numbers() -> None:
    with pytest.raises(MessageTooLong) as caught:
        assemble(inputs(window=2048, user_text="many words " * 2000), words)
    assert caught.value.tokens > caught.value.available > 1000


def test_the_reserve_is_at_most_a_quarter_of_a_small_window() -> None:
    assert assemble(inputs(window=2048), words).reserve == 512
    assert assemble(inputs(window=32768), words).reserve == 1024


def test_a_small_window_caps_every_layer_and_says_what_it_left_out() -> None:
    plan = assemble(
        inputs(
            window=2048,
            profile=[field(f"field_{number}", "value " * 20) for number in range(20)],
            session_summaries=[past(number, "Wanted much. " * 20) for number in range(3)],
            rolling_summary=rolling("A sentence of the summary. " * 80, to_seq=40),
            buffer=talk(200, start=41),
            recall=recall([recalled("old words " * 10, f"m{900 + number}") for number in range(6)]),
            user_text="And now?",
        ),
        words,
    )
    assert plan.tokens + plan.reserve <= 2048
    layers = plan.layers
    assert layers["buffer"] >= 300
    assert all(layers[layer] for layer in ("profile", "summary", "buffer", "recalled", "user"))
    left = {item.layer for item in plan.left_out}
    assert {"profile", "sessions", "summary", "buffer", "recalled"} <= left
    assert all(item.reason for item in plan.left_out)


def test_the_newest_past_session_is_kept_before_older_ones() -> None:
    plan = assemble(inputs(window=1024, session_summaries=[past(1, "Much. " * 9), past(2, "Much. " * 9)]), words)
    assert [item.ref for item in plan.left_out] == ["s11"]
    assert "Talk 2" in plan.blocks[1].content


def test_over_budget_the_buffer_moves_in_steps() -> None:
    long = [message(seq, f"some words of message {seq} " * 8) for seq in range(1, 200)]
    starts = []
    for end in range(150, 182, 2):
        plan = assemble(inputs(window=4096, mode="buffer", buffer=long[:end], user_text="next"), words)
        shown = [block.ref for block in plan.blocks if block.layer == "buffer"]
        assert shown[-1] == f"m{end}"
        starts.append(shown[0])
        assert {item.ref for item in plan.left_out} == {item.id for item in long[:end]} - set(shown)
    assert len(set(starts)) <= 5, "a start that moves every turn loses the prompt cache"


def test_what_recall_found_does_not_move_the_buffers_start() -> None:
    long = [message(seq, f"some words of message {seq} " * 8) for seq in range(1, 151)]
    found = recall([recalled("old words " * 20, f"m{900 + number}") for number in range(3)])
    starts = {
        next(block.ref for block in plan.blocks if block.layer == "buffer")
        for plan in (assemble(inputs(window=4096, buffer=long, recall=each), words) for each in (None, found))
    }
    assert len(starts) == 1


def test_the_only_exchange_is_cut_rather_than_lost() -> None:
    buffer = [message(1, "A very long document. " * 2000), message(2, "It is about gardens.")]
    plan = assemble(inputs(window=2048, buffer=buffer, user_text="Shorter, please"), words)
    shown = [block for block in plan.blocks if block.layer == "buffer"]
    assert [block.ref for block in shown] == ["m1", "m2"]
    assert shown[0].content.endswith("[… cut to fit]")
    assert shown[1].content == "It is about gardens."
    assert plan.left_out[0].reason.startswith("cut:")
    assert shown[0].content.removesuffix("\n[… cut to fit]") + plan.left_out[0].text == buffer[0].text
    assert plan.tokens + plan.reserve <= 2048


def test_window_mode_keeps_the_last_messages_and_no_half_exchange() -> None:
    settings = MemorySettings(mode="window", window_messages=5)
    plan = assemble(inputs(mode="window", settings=settings, buffer=talk(12)), words)
    assert [block.ref for block in plan.blocks if block.layer == "buffer"] == ["m9", "m10", "m11", "m12"]
    assert len(plan.left_out) == 8
    assert "window" in plan.left_out[0].reason


def test_buffer_and_window_modes_have_no_summary_and_fold_nothing() -> None:
    for mode in ("buffer", "window"):
        plan = assemble(inputs(mode=mode, rolling_summary=rolling("Old.", to_seq=2), buffer=talk(8)), words)
        assert plan.layers["summary"] == 0
        assert plan.fold_next == ()


def test_fold_next_names_what_the_next_fold_takes() -> None:
    plan = assemble(inputs(settings=MemorySettings(fold_messages=6), buffer=talk(6)), words)
    assert plan.fold_next == ("m1", "m2", "m3", "m4")


def test_the_saved_newest_message_is_not_in_the_buffer_too() -> None:
    plan = assemble(inputs(buffer=talk(3), user_text="message number 3", user_ref="m3"), words)
    assert [block.ref for block in plan.blocks if block.layer in ("buffer", "user")] == ["m1", "m2", "m3"]


def test_what_was_not_read_is_named_too() -> None:
    plan = assemble(inputs(buffer=talk(2, start=501), buffer_omitted=Span(500, 9000)), words)
    assert plan.left_out[0].text == "500 earlier messages"
    assert plan.left_out[0].tokens == 9000 + 500 * 4


def test_with_no_message_yet_the_plan_shows_what_there_is() -> None:
    plan = assemble(inputs(buffer=talk(2), user_text="", recall=recall([recalled("I like gardens")])), words)
    assert [block.layer for block in plan.blocks] == ["system", "buffer", "buffer"]


@pytest.mark.parametrize(
    "history",
    [
        [message(1, status="failed"), message(2, role="user", status="failed")],
        [message(1), message(2, "half a rep", status="partial"), message(3), message(4, "", status="stopped")],
        [message(2), message(3), message(4)],
        [message(1), message(2, "  \n ", status="partial"), message(3, status="failed")],
        [message(2)],
    ],
    ids=["two users", "empty reply", "reply first", "blank reply and a failure", "only a reply"],
)
def test_any_history_makes_a_valid_request(history: list[object]) -> None:
    sent = wire(assemble(inputs(buffer=history), words))
    assert all(item.content.strip() for item in sent)
    assert [item.role for item in sent[:2]] == ["system", "user"]
    assert sent[-1].role == "user"
    roles = [item.role for item in sent]
    assert all(before != after for before, after in pairwise(roles))


def test_tokens_are_the_models_own() -> None:
    once = assemble(inputs(buffer=talk(2)), words)
    double = assemble(inputs(buffer=talk(2), token_scale=2.0), words)
    assert double.tokens - 4 * 4 == 2 * (once.tokens - 4 * 4)


def test_tools_come_off_the_window() -> None:
    text = "a word " * 80
    assert assemble(inputs(window=512, user_text=text), words).blocks
    with pytest.raises(MessageTooLong):
        assemble(inputs(window=512, user_text=text, tool_tokens=200), words)
