"""A failure names the next step where it is read."""

import ast
import re
from contextvars import copy_context
from pathlib import Path

import pytest

import memchat
from memchat.core.errors import MemchatError, NoModel, face

_ROOMS = ("store", "providers", "memory", "transfer", "assistant")
_COMMAND = re.compile(r"\bmemchat (memory|sessions|profile|summary|spaces|search|models|index)\b")


def test_the_next_step_is_that_of_the_place_where_it_is_read() -> None:
    failure = MemchatError("It is not there.", "List them with `memchat memory`.", on_screen="f6 lists them.")
    plain = NoModel("None is set up.", "Set OPENAI_BASE_URL.")

    def read() -> list[str]:
        face.set("screen")
        return [str(failure), failure.next_step, str(plain)]

    assert copy_context().run(read) == [
        "It is not there. f6 lists them.",
        "f6 lists them.",
        "None is set up. Set OPENAI_BASE_URL.",
    ]
    assert str(failure) == "It is not there. List them with `memchat memory`."


@pytest.mark.parametrize("room", _ROOMS)
def test_who_reads_on_the_screen_is_sent_to_no_shell(room: str) -> None:
    sent = []
    for file in sorted((Path(memchat.__file__).parent / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or any(given.arg == "on_screen" for given in node.keywords):
                continue
            given = [part.value for each in node.args for part in ast.walk(each) if isinstance(part, ast.Constant)]
            if any(isinstance(text, str) and _COMMAND.search(text) for text in given):
                sent.append(f"{file.name}:{node.lineno}")
    assert not sent
