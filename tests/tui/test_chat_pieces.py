"""A long reply is cut into parts that are each cheap to draw, wherever its chunks end."""

from hypothesis import example, given
from hypothesis import strategies as st

from memchat.tui.pieces import Cutter, Piece, cut

_LINES = st.sampled_from(
    [
        "A sentence of some words that goes on for a while.",
        "",
        "- an item",
        "1. a numbered item",
        "    an indented line",
        "# A heading",
        "```python",
        "```",
        "x = 1",
        "| a | b |",
        "word " * 60,
        "y" * 700,
    ]
)
_TEXTS = st.lists(_LINES, max_size=120).map("\n".join)


def parts(pieces: list[Piece]) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if piece.new:
            found.append(piece.text)
        else:
            found[-1] += piece.text
    return found


def _bare(text: str) -> str:
    """`text` without white space and the marks of code blocks, which are repeated where one is cut."""
    return "".join(text.replace("```python", "").replace("```", "").split())


def small() -> Cutter:
    return Cutter(soft=200, hard=500, fence_lines=8)


@given(text=_TEXTS, sizes=st.lists(st.integers(1, 90), min_size=1, max_size=40))
@example(text=f"```python\n{'y' * 1190}\n{'y' * 900}", sizes=[1])
@example(text=f"```python\n{'y' * 1189}\n{'y' * 900}", sizes=[1])
@example(text=f"{'y' * 1200}\n{'y' * 900}", sizes=[1])
@example(text=f"```{'p' * 1300}\n{'y' * 900}", sizes=[1])
def test_the_cuts_are_the_same_however_the_text_is_chunked(text: str, sizes: list[int]) -> None:
    whole, chunked = small(), small()
    expected = parts([*whole.feed(text), *whole.end()])
    pieces: list[Piece] = []
    at = turn = 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        pieces += chunked.feed(text[at : at + size])
        at, turn = at + size, turn + 1
    assert parts([*pieces, *chunked.end()]) == expected


@given(text=_TEXTS)
def test_no_word_is_lost_and_no_part_is_long(text: str) -> None:
    cutter = small()
    found = parts([*cutter.feed(text), *cutter.end()])
    assert "".join(map(_bare, found)) == _bare(text)
    assert all(len(part) <= 3_000 for part in found)


def test_a_short_reply_is_one_part() -> None:
    assert [piece.text for piece in cut("Hello.\n\nHow are you?")] == ["Hello.\n\nHow are you?"]


def test_nothing_makes_no_part() -> None:
    assert cut("") == []


def test_a_part_ends_between_paragraphs_not_inside_a_list_item() -> None:
    text = "\n\n".join(["1. item " + "word " * 20 + "\n\n   more of the item"] * 6)
    for part in parts(cut(text)):
        assert not part.startswith(" ")


def test_a_long_code_block_goes_on_in_a_new_part_with_its_language() -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(120))
    pieces = cut(f"```python\n{code}\n```\n\nDone.")
    assert len(pieces) == 3
    assert all(piece.text.startswith("```python\n") for piece in pieces)
    assert [piece.joined for piece in pieces] == [False, True, True]
    assert all(piece.text.count("```") == 2 for piece in pieces)


def test_it_knows_when_it_is_inside_a_code_block() -> None:
    cutter = Cutter()
    cutter.feed("```python\nx = 1\n")
    assert cutter.in_fence
    cutter.feed("```\n")
    assert not cutter.in_fence
