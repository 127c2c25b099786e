"""The small parts of the chat that need no screen."""

import gc
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memchat.core.errors import MemchatError
from memchat.core.messages import Session
from memchat.tui import export, slash
from memchat.tui.app import MemchatApp
from memchat.tui.clipboard import copied_sentence
from memchat.tui.collecting import Collecting
from memchat.tui.editor import edit_text
from memchat.tui.history import PromptHistory
from memchat.tui.keys import is_key, key_shown, known_ids
from memchat.tui.pastes import Pastes
from memchat.tui.screens.chat import ChatScreen
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.prompt import Prompt
from memchat.tui.widgets.transcript import Transcript

AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SESSION = Session(id="s1", title='A "small" garden', created_at=AT, updated_at=AT, model="scripted")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/help", ("help", "")),
        ("/remember I like tea", ("remember", "I like tea")),
        ("  /theme  memchat-light ", ("theme", "memchat-light")),
        ("/remember two\nlines", ("remember", "two\nlines")),
        ("/etc/hosts is a file", None),
        ("//help", None),
        ("what does /help do?", None),
        ("/", None),
        ("/1", None),
    ],
)
def test_a_slash_and_a_word_is_a_command(text: str, expected: tuple[str, str] | None) -> None:
    assert slash.parse(text) == expected


def test_two_slashes_are_sent_as_one() -> None:
    assert slash.as_message("//help me") == "/help me"
    assert slash.as_message("help me") == "help me"


def test_the_commands_each_once() -> None:
    names = [command.name for command in slash.COMMANDS]
    assert len(set(names)) == len(names)
    assert names[0] == "help"
    assert names[-1] == "quit"


def test_the_start_of_a_name_is_enough_where_only_one_begins_so() -> None:
    found = slash.find("inc")
    assert found is not None
    assert found.name == "incognito"
    assert slash.find("re") is None
    assert slash.find("nothing") is None


def test_completions_narrow_as_one_types() -> None:
    assert len(slash.completions("/", {})) == len(slash.COMMANDS)
    offered = {item.text: item.complete for item in slash.completions("/re", {})}
    assert all(text.startswith("/re") for text in offered)
    assert (offered["/resume"], offered["/remember "], offered["/retry"]) == (True, False, True)
    assert slash.completions("/remember x", {}) == ()
    names = {"theme": lambda: ("dark", "light")}
    assert [item.text for item in slash.completions("/theme li", names)] == ["/theme light"]


def test_the_history_goes_back_and_returns_to_what_was_typed() -> None:
    history = PromptHistory()
    history.load(["one", "two"])
    assert history.step(-1, "typing") == "two"
    assert history.step(-1, "two") == "one"
    assert history.step(-1, "one") is None
    assert history.step(1, "one") == "two"
    assert history.step(1, "two") == "typing"
    assert history.step(1, "typing") is None


def test_the_same_message_twice_is_one_entry() -> None:
    history = PromptHistory()
    history.add("one")
    history.add("one")
    assert history.step(-1, "") == "one"
    assert history.step(-1, "one") is None


def test_a_small_paste_stays_as_it_is_and_a_large_one_gets_a_mark() -> None:
    pastes = Pastes(most_characters=50, most_lines=3)
    assert pastes.fold("a\nb") == "a\nb"
    mark = pastes.fold("line\n" * 9)
    assert mark == "[pasted 10 lines]"
    assert pastes.fold("x" * 1234) == "[pasted 1,234 characters]"
    assert pastes.unfold(f"see {mark} and") == "see " + "line\n" * 9 + " and"
    assert pastes.mark_before(f"see {mark}") == mark
    assert pastes.mark_before("see") == ""


def test_two_pastes_of_one_size_keep_apart() -> None:
    pastes = Pastes(most_characters=10)
    first, second = pastes.fold("a" * 20), pastes.fold("b" * 20)
    assert first != second
    assert pastes.unfold(first + second) == "a" * 20 + "b" * 20


def test_an_export_is_called_after_its_session() -> None:
    assert export.file_name(SESSION).endswith("-a-small-garden.md")


def test_an_export_replaces_no_file(tmp_path: Path) -> None:
    first = export.write(tmp_path / "a.md", "one")
    second = export.write(tmp_path / "a.md", "two")
    assert (first.name, second.name) == ("a.md", "a-2.md")
    assert first.read_text() == "one"
    assert first.stat().st_mode & 0o777 == 0o600
    with pytest.raises(MemchatError, match="could not be written"):
        export.write(tmp_path / "none" / "a.md", "x")


async def test_the_editor_gets_the_text_and_its_result_comes_back(tmp_path: Path) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys, pathlib\np = pathlib.Path(sys.argv[1])\np.write_text(p.read_text() + ' and more')\n")
    edited = await edit_text("some", {"EDITOR": f"{sys.executable} {script}"})
    assert edited == "some and more"


async def test_an_editor_that_is_not_there_or_fails_is_told() -> None:
    with pytest.raises(MemchatError, match="no-such-editor could not be started"):
        await edit_text("x", {"EDITOR": "no-such-editor"})
    with pytest.raises(MemchatError, match="ended with code 3"):
        await edit_text("x", {"VISUAL": f"{sys.executable} -c 'raise SystemExit(3)'"})


def test_every_key_of_the_chat_can_be_remapped() -> None:
    for owner in (MemchatApp, ChatScreen, Prompt, MessageView, Transcript):
        for binding in owner.BINDINGS:
            assert getattr(binding, "id", None), binding
    known = known_ids()
    assert {"quit", "chat.sessions", "prompt.send", "message.copy", "sessions.open"} <= set(known)


def test_keys_are_written_as_people_say_them() -> None:
    shown = {binding.id: key_shown(binding) for binding in [*ChatScreen.BINDINGS, *Prompt.BINDINGS]}  # type: ignore[union-attr, arg-type]
    assert shown["chat.stop"] == "esc"
    assert shown["prompt.newline"] == "ctrl+j"


def test_what_was_copied_and_where_is_said() -> None:
    assert (
        copied_sentence("abc", "") == "Copied 3 characters to the system's clipboard, and to the terminal's (OSC 52)."
    )
    assert "OSC 52" in copied_sentence("a", "no xclip")
    assert "could not be reached" in copied_sentence("a", "no xclip")


@pytest.mark.parametrize("name", ["ctrl+l", "f3", "?", "question_mark", "+", "alt+enter", "pageup", "shift+tab"])
def test_keys_that_a_terminal_sends(name: str) -> None:
    assert is_key(name)


@pytest.mark.parametrize("name", ["][", "ctrl+", "", "nokey", "crtl+l"])
def test_names_that_are_no_keys(name: str) -> None:
    assert not is_key(name)


def test_all_is_looked_through_at_a_quiet_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    before, time, looks, aside = gc.get_threshold(), [0.0], [], [1_000]
    with monkeypatch.context() as fake:
        fake.setattr("memchat.tui.collecting.monotonic", lambda: time[0])
        fake.setattr("memchat.tui.collecting.gc.get_count", lambda: (0, 0, 9))
        fake.setattr("memchat.tui.collecting.gc.get_freeze_count", lambda: aside[0])
        fake.setattr("memchat.tui.collecting.gc.collect", lambda: looks.append(time[0]))
        collecting = Collecting()
        collecting.begin()
        try:
            aside[0] += 500_000
            for time[0], busy in ((1.0, False), (6.0, True), (7.0, False), (8.0, False)):
                collecting.look(busy=busy)
            aside[0] += 500_000
            collecting.used()
            time[0] = 9.0
            collecting.look(busy=False)
        finally:
            collecting.end()
    assert looks == [1.0, 6.0, 7.0, 7.0, 8.0, 9.0]
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
