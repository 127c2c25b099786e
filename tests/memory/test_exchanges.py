"""What tools answered goes along while there is room for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from memchat.core.chat import ChatMessage, ToolCall
from memchat.memory.exchanges import USED, Exchange, within
from tests.memory.making import words


def exchange(number: int, *results: str, arguments: str = "{}") -> Exchange:
    calls = tuple(ToolCall(id=f"c{number}{n}", name="search", arguments=arguments) for n in range(len(results)))
    answers = tuple(
        ChatMessage(role="tool", content=text, tool_call_id=call.id) for call, text in zip(calls, results, strict=True)
    )
    return Exchange(ChatMessage(role="assistant", content="", tool_calls=calls), answers)


def size(messages: list[ChatMessage]) -> int:
    called = sum(words(call.name) + words(call.arguments) + 4 for each in messages for call in each.tool_calls)
    return sum(words(each.content) + 4 for each in messages) + called


def test_what_fits_goes_along_as_it_is() -> None:
    found = within([exchange(1, "one"), exchange(2, "two", "three")], 500, words)
    assert found is not None
    assert [each.content for each in found] == ["", "one", "", "two", "three"]


def test_what_was_read_goes_before_the_newest_is_cut() -> None:
    exchanges = [exchange(1, "an old answer " * 30), exchange(2, "the new answer " * 12)]
    found = within(exchanges, 160, words)
    assert found is not None
    assert [found[1].content, found[3].content] == [USED, "the new answer " * 12]
    less = within(exchanges, 100, words)
    assert less is not None
    assert less[-1].content.endswith("[… cut to fit]")


def test_calls_that_are_too_long_themselves_do_not_go_along() -> None:
    assert within([exchange(1, "one", arguments="{}" * 500)], 200, words) is None


@settings(max_examples=200)
@given(
    st.lists(st.lists(st.text(max_size=600), min_size=1, max_size=3), min_size=1, max_size=4),
    st.text(max_size=80),
    st.integers(0, 900),
)
def test_the_room_is_kept_and_every_call_has_its_answer(results: list[list[str]], arguments: str, room: int) -> None:
    found = within([exchange(n, *texts, arguments=arguments) for n, texts in enumerate(results)], room, words)
    if found is None:
        return
    assert size(found) <= room
    asked = [call.id for each in found for call in each.tool_calls]
    assert [each.tool_call_id for each in found if each.role == "tool"] == asked
    assert asked[-1].startswith(f"c{len(results) - 1}")
