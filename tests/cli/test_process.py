"""memchat as a process: interrupted, read by a pipe that closes, on a terminal, from an odd locale."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from memchat.paths import Paths
from memchat.providers.scripted import Hang, Say, SaySlowly, Status
from tests.cli.conftest import Cli, Model, command
from tests.cli.test_memory_review import stored

_SECONDS = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A memchat that runs, with its output in pipes."""
    with subprocess.Popen(
        command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(descriptor: int, wanted: bytes) -> bytes:
    """What comes from `descriptor` until `wanted` has come."""
    got = b""
    end = time.monotonic() + _SECONDS
    while wanted not in got:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"{wanted!r} did not come, only {got!r}"
        more = os.read(descriptor, 65536)
        assert more, f"the output ended before {wanted!r} came: {got!r}"
        got += more
    return got


def test_interrupted_while_it_answers_keeps_the_text(model: Model, ok: Cli) -> None:
    model.say(Hang("Part of an answer"))
    with started("ask", "Hi") as process:
        assert process.stdout is not None
        read_until(process.stdout.fileno(), b"answer")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=_SECONDS)
    assert process.returncode == 130
    assert (out, err) == (b"\n", b"")
    session = ok("sessions", "--json").json[0]["id"]
    reply = ok("sessions", "show", "--json", session).json["messages"][1]
    assert (reply["text"], reply["status"]) == ("Part of an answer", "stopped")


def test_interrupted_before_the_first_word(model: Model, ok: Cli) -> None:
    model.say(Hang())
    with started("ask", "--json", "Hi") as process:
        assert process.stdout is not None
        read_until(process.stdout.fileno(), b"context_built")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=_SECONDS)
    assert (process.returncode, err) == (130, b"")
    assert len(ok("sessions", "--json").json) == 1


def test_interrupted_while_standard_input_is_read() -> None:
    with subprocess.Popen(
        command("ask", "Hi"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        read_until(process.stderr.fileno(), b"Reading standard input")  # an inherited pipe is told of
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=_SECONDS)
    assert process.returncode == 130
    assert b"Traceback" not in out + err


def test_a_reader_that_has_enough_is_no_error(model: Model, ok: Cli) -> None:
    for _ in range(3):
        ok("ask", "--no-wait", "Hi")
    with started("sessions", "--json") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(_SECONDS) == 0


def test_a_reader_that_leaves_in_the_middle_stops_the_reply(model: Model, ok: Cli) -> None:
    model.say(SaySlowly("word " * 400, rate=100))
    with started("ask", "Hi") as process:
        assert process.stdout is not None
        read_until(process.stdout.fileno(), b"word word")
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(_SECONDS) == 0
    session = ok("sessions", "--json").json[0]["id"]
    assert ok("sessions", "show", "--json", session).json["messages"][1]["status"] == "stopped"


def test_a_full_disk_behind_stdout_is_said() -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device, not a file
        pytest.skip("there is no /dev/full")
    with open("/dev/full", "w") as full:  # noqa: PTH123 - as above
        done = subprocess.run(command("locate"), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "No space left" in done.stderr


def test_deltas_come_as_they_are_said(model: Model) -> None:
    model.say(SaySlowly("one two three", rate=2))
    with started("ask", "Hi") as process:
        assert process.stdout is not None
        assert b"three" not in read_until(process.stdout.fileno(), b"one")
        process.communicate(timeout=_SECONDS)


def test_a_locale_without_utf8(model: Model) -> None:
    model.say("naïve 繁體中文")
    surroundings = {**os.environ, "PYTHONIOENCODING": "latin-1:strict", "PYTHONUTF8": "0"}
    done = subprocess.run(
        command("ask", "Hi"), stdin=subprocess.DEVNULL, capture_output=True, env=surroundings, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "naïve ????\n".encode("latin-1"), b"")


def test_words_survive_a_locale_that_knows_only_ascii(model: Model) -> None:
    model.say("naïve 繁體中文", "naïve 繁體中文")
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        command("ask", "--json", "日本語 é"), stdin=subprocess.DEVNULL, capture_output=True, env=ascii_only, check=True
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["message"]["text"] == "日本語 é"
    assert next(event["message"]["text"] for event in events if event["type"] == "assistant_saved") == "naïve 繁體中文"
    assert model.asked[0]["messages"][-1]["content"] == "日本語 é"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_failure(model: Model, ok: Cli, closed: str) -> None:
    line = " ".join([*command("ask", "--no-wait", "Hi"), closed])
    done = subprocess.run(line, shell=True, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(ok("sessions", "--json").json) == 1


_CONTROLLED = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from memchat.cli import main
sys.exit(main())
"""
"""Takes standard input as the controlling terminal, whose ctrl+c then is a signal."""


@dataclass(frozen=True)
class Seen:
    """What a terminal got, and how the command ended."""

    code: int
    text: str


def on_a_terminal(*arguments: str, keys: bytes = b"", after: bytes = b"", **environ: str) -> Seen:
    """Runs memchat on a terminal; types `keys` once `after` is on it."""
    leader, follower = pty.openpty()
    surroundings = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", **environ}
    with subprocess.Popen(
        [sys.executable, "-c", _CONTROLLED, *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=surroundings,
        start_new_session=True,
    ) as process:
        os.close(follower)
        try:
            got = read_until(leader, after) if after else b""
            if keys:
                os.write(leader, keys)
            got += read_to_the_end(leader)
            code = process.wait(_SECONDS)
        finally:
            process.kill()
            os.close(leader)
    return Seen(code, got.decode())


def read_to_the_end(leader: int) -> bytes:
    """What comes on a terminal until the other side is closed."""
    got = b""
    while True:
        assert select.select([leader], [], [], _SECONDS)[0], f"nothing more came after {got!r}"
        try:
            more = os.read(leader, 65536)
        except OSError:  # Linux says so when the other side is closed
            return got
        if not more:
            return got
        got += more


def test_tables_on_a_terminal(model: Model, ok: Cli) -> None:
    ok("memory", "add", "A [bold]green[/bold] bicycle")
    seen = on_a_terminal("memory", "list")
    assert seen.code == 0
    assert "A [bold]green[/bold] bicycle" in seen.text
    assert "kind" in seen.text
    assert "\x1b[" in seen.text
    assert "\x1b[" not in on_a_terminal("memory", TERM="dumb").text
    assert "\x1b[3" not in on_a_terminal("memory", NO_COLOR="1").text


def test_empty_tables_say_what_to_do(ok: Cli) -> None:
    assert "memchat memory add" in on_a_terminal("memory", "list").text
    assert "no sessions yet" in on_a_terminal("sessions").text


def test_ask_on_a_terminal_has_the_answer_alone_on_it(model: Model) -> None:
    model.say("Plain and simple.")
    assert on_a_terminal("ask", "--no-wait", "Hi").text == "Plain and simple.\r\n"


def test_a_retry_counts_down_on_a_terminal(model: Model) -> None:
    model.say(Status(503, retry_after=2), "Here again.")
    seen = on_a_terminal("ask", "--no-wait", "Hi")
    assert "Trying again in 2 s" in seen.text
    assert "Trying again in 1 s" in seen.text
    assert seen.text.endswith("\r\x1b[2KHere again.\r\n")


def test_ctrl_c_on_a_terminal(model: Model) -> None:
    model.say(Hang("Part of an answer"))
    seen = on_a_terminal("ask", "Hi", keys=b"\x03", after=b"answer")
    assert seen.code == 130
    assert seen.text == "Part of an answer^C\r\n"


def test_delete_asks_on_a_terminal(model: Model, ok: Cli) -> None:
    model.say("Hello.")
    session = ok("ask", "--json", "Hi").event("user_saved")["message"]["session"]
    kept = on_a_terminal("sessions", "delete", session, keys=b"\r", after=b"[y/N]")
    assert kept.code == 1
    assert len(ok("sessions", "--json").json) == 1
    erased = on_a_terminal("sessions", "delete", session, keys=b"y\r", after=b"[y/N]")
    assert erased.code == 0
    assert ok("sessions", "--json").json == []


def test_ctrl_c_at_a_question_erases_nothing(model: Model, ok: Cli) -> None:
    session = ok("ask", "--json", "Hi").event("user_saved")["message"]["session"]
    assert on_a_terminal("sessions", "delete", session, keys=b"\x03", after=b"[y/N]").code == 130
    assert len(ok("sessions", "--json").json) == 1


def test_settings_have_room_beside_a_long_path(ok: Cli) -> None:
    ok("config", "set", "memory.fold_messages", "1234")
    seen = on_a_terminal("config", COLUMNS="80").text
    assert re.search(r"memory\.fold_messages.*1234.*config\.toml", seen)
    assert ok("config", "path").out.strip() in ok("config").out


def test_what_is_erased_is_shown_whole_on_a_terminal(model: Model, ok: Cli) -> None:
    said = "My dentist is Dr. Brockelmann in the small street behind the old railway station of Wolverhampton"
    ok("ask", said)
    memory = ok("memory", "add", "--json", said).json["id"]
    kept = on_a_terminal("memory", "erase", memory, keys=b"n\r", after=b"[y/N]", COLUMNS="60")
    shown = " ".join(kept.text.split())
    assert f"memory · goes · active · memories:{memory}" in shown
    assert shown.count(said) >= 3, "the title, the memory and the message"
    assert kept.code == 1
    erased = on_a_terminal("memory", "erase", memory, keys=b"y\r", after=b"[y/N]")
    assert erased.code == 0
    assert ok("memory", "--status", "all", "--json").json == []


def test_a_narrow_terminal_shows_what_a_table_has_no_room_for(ok: Cli) -> None:
    ok("memory", "add", "The bicycle is green")
    seen = on_a_terminal("memory", "list", COLUMNS="30").text
    assert "The bicycle is green" in seen
    assert ok("memory", "--json").json[0]["id"] in seen


def test_a_passing_line_stays_on_one_row(model: Model) -> None:
    model.say(Status(503, retry_after=1), "Here again.")
    seen = on_a_terminal("ask", "--no-wait", "Hi", COLUMNS="30").text
    passing = [line.partition("\x1b[2K")[2] for line in seen.split("\r") if " is busy" in line]
    assert passing
    assert all(len(line) < 30 for line in passing)


def test_doctor_looks_at_the_terminal(model: Model) -> None:
    seen = on_a_terminal("doctor", COLORTERM="truecolor", TMUX="/tmp/tmux")
    assert "16 million colours" in seen.text
    assert "allow-passthrough" in seen.text


def test_two_at_once_on_one_database(model: Model, ok: Cli) -> None:
    model.say(*[Say(f"answer {number}", delay=0.01) for number in range(6)])
    running = [
        subprocess.Popen(
            command("ask", "--json", f"question {number}"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        for number in range(6)
    ]
    for process in running:
        out, _ = process.communicate(timeout=_SECONDS)
        assert process.returncode == 0
        assert json.loads(out.splitlines()[0])["type"] == "user_saved"
    assert len(ok("sessions", "--json").json) == 6


def test_review_goes_through_what_waits_one_after_the_other(ok: Cli, paths: Paths) -> None:
    stored(paths, "Likes tea", "Likes jazz", "Likes rain", "Likes fog", status="pending", reason="Unsure.")
    keys = b"a\re\rLikes loud jazz\rx\rn\r9\rn\r1\ru\rr\rs\r"
    seen = on_a_terminal("memory", "review", keys=keys, after=b"[q]uit > ")
    assert seen.code == 0
    shown = " ".join(seen.text.split())
    assert shown.count("1 of 4 Likes tea") == 1
    assert shown.count("3 of 4 Likes rain") == 4, "after what is no answer, no rule, and what was taken back, again"
    assert "1 Nothing like “Likes rain” is learned. 2 No facts are learned. Which, 1 to 2?" in shown
    assert "Settled 3, and 1 still waits. `memchat memory undo` takes the last one back." in shown
    texts = {item["text"]: item["status"] for item in ok("memory", "--status", "all", "--json").json}
    assert texts == {
        "Likes tea": "active",
        "Likes loud jazz": "active",
        "Likes rain": "forgotten",
        "Likes fog": "pending",
    }
    assert ok("memory", "rules").out == ""
    ended = on_a_terminal("memory", "review", keys=b"u\r\x04", after=b"[q]uit > ")
    assert "Nothing was settled yet." in ended.text
    assert "Nothing was settled, and 1 still waits." in ended.text
    assert "memory undo" not in ended.text
    ok("memory", "review", "--accept-kind", "fact")
    assert "Nothing waits for you." in on_a_terminal("memory", "review").text


def test_the_history_is_lines_on_a_terminal(ok: Cli, paths: Paths) -> None:
    (tea,) = stored(paths, "Likes tea")
    ok("memory", "edit", tea.id, "Likes green tea")
    ok("memory", "undo")
    seen = " ".join(on_a_terminal("memory", "history", COLUMNS="40").text.split())
    assert "you · edit · undone" in seen
    assert "text: Likes tea → Likes green tea" in seen
    assert "qwen · add Likes tea" in seen
