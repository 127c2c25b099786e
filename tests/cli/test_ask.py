"""`memchat ask`: the answer, the events, the session, and what is said when there is no answer."""

import pytest

from memchat.paths import Paths
from memchat.providers.scripted import CallTool, Disconnect, Empty, Say, Status, StreamError
from tests.cli.conftest import Cli, Model

ORDER = ["user_saved", "recalled", "context_built", "delta", "assistant_saved"]
PINNED = {*ORDER, "reasoning", "tool_called", "learned", "summary_updated", "error"}


def test_the_answer_is_on_stdout_and_nothing_else(ok: Cli, model: Model) -> None:
    model.say("The sky is **blue**.")
    assert ok("ask", "What colour is the sky?").out == "The sky is **blue**.\n"
    assert model.asked[0]["messages"][-1]["content"] == "What colour is the sky?"


def test_words_need_no_quotes_and_a_last_newline_is_not_doubled(ok: Cli, model: Model) -> None:
    model.say(Say("One.\n", chunks=["One.", "\n"]))
    assert ok("ask", "count", "to", "one").out == "One.\n"
    assert model.asked[0]["messages"][-1]["content"] == "count to one"


def test_what_is_piped_in_is_appended(ok: Cli, model: Model) -> None:
    ok("ask", "Explain this:", piped="line 1\r\nline 2\n")
    ok("ask", piped="Only this\n")
    said = [body["messages"][-1]["content"] for body in model.asked]
    assert said[0] == "Explain this:\n\nline 1\nline 2"
    assert said[1].startswith("Only this")


def test_json_is_one_event_a_line_in_the_pinned_order(ok: Cli, model: Model) -> None:
    model.say(Say("Hello there.", reasoning="A greeting.", usage=(12, 3)))
    result = ok("ask", "--json", "Hi")
    kinds = list(dict.fromkeys(event["type"] for event in result.events))
    assert [kind for kind in kinds if kind in ORDER] == ORDER
    assert "".join(event["text"] for event in result.events if event["type"] == "delta") == "Hello there."
    assert "".join(event["text"] for event in result.events if event["type"] == "reasoning") == "A greeting."
    user, saved = result.event("user_saved")["message"], result.event("assistant_saved")["message"]
    assert (user["role"], user["text"], user["status"]) == ("user", "Hi", "complete")
    assert (saved["session"], saved["parent"], saved["text"]) == (user["session"], user["id"], "Hello there.")
    assert saved["usage"]["prompt_tokens"] == 12
    assert set(result.event("context_built")["plan"]["layers"]) == {
        "system",
        "profile",
        "sessions",
        "summary",
        "buffer",
        "recalled",
        "user",
    }


def test_no_other_type_than_the_pinned_ones_is_printed(ok: Cli, cli: Cli, model: Model) -> None:
    ok("ask", "--no-wait", "One")
    assert {event["type"] for event in ok("ask", "--json", "Two, and the learning of one").events} <= PINNED
    model.say(Status(503, retry_after=0.01), "Here again.")
    assert {event["type"] for event in cli("ask", "--json", "Three, after a retry").events} <= PINNED


def test_each_ask_begins_a_session_unless_told_otherwise(ok: Cli, model: Model) -> None:
    first = ok("ask", "--json", "one").event("user_saved")["message"]["session"]
    second = ok("ask", "--json", "two").event("user_saved")["message"]["session"]
    assert ok("ask", "--json", "-c", "three").event("user_saved")["message"]["session"] == second
    fourth = ok("ask", "--json", "-s", first[:8], "four").event("user_saved")["message"]
    assert first != second
    assert (fourth["session"], fourth["seq"]) == (first, 3)
    said = [message["content"] for message in model.asked[-1]["messages"]]
    assert any("one" in text for text in said)
    assert not any("three" in text.splitlines() for text in said[:-1])


def test_continue_without_any_session_begins_one(ok: Cli, model: Model) -> None:
    model.say("Welcome.")
    assert ok("ask", "-c", "Hi").out == "Welcome.\n"


def test_an_unknown_session_is_said_before_anything_is_sent(cli: Cli, model: Model) -> None:
    result = cli("ask", "-s", "s00000", "Hi")
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert not model.asked


def test_an_error_is_an_event_too(cli: Cli, model: Model) -> None:
    result = cli("ask", "--json", "-s", "s00000", "Hi")
    assert result.code == 1
    assert result.event("error")["retryable"] is False


@pytest.mark.parametrize("reply", [Status(401, "no such key"), Status(400, "bad"), Empty(), Disconnect()])
def test_a_turn_that_fails_is_1_and_one_line(
    cli: Cli, model: Model, monkeypatch: pytest.MonkeyPatch, reply: Status | Empty | Disconnect
) -> None:
    monkeypatch.setenv("MEMCHAT_MODEL__ATTEMPTS", "1")
    model.say(reply)
    result = cli("ask", "Hi")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("memchat: ")
    assert len(result.err.splitlines()) == 1
    model.say(reply)
    failed = cli("ask", "--json", "Hi").event("error")
    assert failed["retryable"] is True
    assert failed["user_message"].startswith("m")


def test_a_reply_that_is_cut_off_is_kept_and_told(cli: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MODEL__ATTEMPTS", "1")
    model.say(StreamError("Half an ans"))
    result = cli("ask", "Hi")
    assert (result.code, result.out) == (1, "Half an ans\n")
    assert len(result.err.splitlines()) == 1
    session = cli("sessions", "--json").json[0]["id"]
    assert cli("sessions", "show", session, "--json").json["messages"][1]["status"] == "partial"


def test_a_reply_that_reached_its_limit_says_so(cli: Cli, model: Model) -> None:
    model.say(Say("And then", finish_reason="length"))
    result = cli("ask", "Tell me all")
    assert (result.code, result.out) == (0, "And then\n")
    assert "model.reply_tokens" in result.err


def test_a_retry_is_announced_on_stderr(cli: Cli, model: Model) -> None:
    model.say(Status(503, retry_after=0.01), "Here again.")
    result = cli("ask", "Hi")
    assert (result.code, result.out) == (0, "Here again.\n")
    assert "Trying again in" in result.err


def test_a_model_for_one_run_is_not_saved(ok: Cli, model: Model) -> None:
    ok("ask", "-m", "other", "Hi")
    ok("-m", "other", "ask", "Hi")
    ok("ask", "Hi")
    assert [body["model"] for body in model.asked] == ["other", "other", "scripted"]


def test_a_model_of_a_named_endpoint(ok: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_ENDPOINTS__HERE__BASE_URL", model.server.base_url)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    ok("ask", "-m", "here/other", "Hi")
    ok("ask", "-m", "here/org/name", "Hi")
    assert [body["model"] for body in model.asked] == ["other", "org/name"]


def test_a_slash_in_a_models_own_name(ok: Cli, model: Model) -> None:
    ok("ask", "-m", "openai/gpt-oss-20b", "Hi")
    assert model.asked[0]["model"] == "openai/gpt-oss-20b"


def test_incognito_leaves_nothing(ok: Cli, model: Model) -> None:
    model.say("Hush.")
    assert ok("ask", "--incognito", "My secret").out == "Hush.\n"
    assert ok("sessions", "--json").json == []
    assert ok("search", "--json", "secret").json == []


def test_incognito_refuses_a_tool_that_it_did_not_offer(
    ok: Cli, model: Model, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMCHAT_PRIVACY__INCOGNITO_READS", "true")
    model.say(CallTool("remember", {"text": "I love xyzzy"}), "Done.")
    result = ok("ask", "--incognito", "--json", "I love xyzzy")
    assert "There is no tool" in result.event("tool_called")["result"]
    assert not any(event["type"] == "learned" for event in result.events)
    assert not any(b"xyzzy" in file.read_bytes() for file in paths.data_dir.rglob("*") if file.is_file())


def test_without_memory_nothing_is_recalled(ok: Cli, model: Model) -> None:
    ok("memory", "add", "The bicycle is green")
    with_memory = ok("ask", "--json", "What colour is my bicycle?")
    without = ok("ask", "--json", "--no-memory", "What colour is my bicycle?")
    assert [item["text"] for item in with_memory.event("recalled")["items"]]
    assert without.event("recalled")["items"] == []
    assert "green" not in str(model.asked[-1]["messages"])


def test_a_tool_call_is_an_event_and_its_memory_is_kept(ok: Cli, model: Model) -> None:
    model.say(CallTool("remember", {"text": "The user has a cat called Mo."}), "I will remember.")
    result = ok("ask", "--json", "Remember that I have a cat called Mo")
    assert result.event("tool_called")["name"] == "remember"
    assert "Mo" in result.event("learned")["added"][0]["text"]
    assert any("Mo" in item["text"] for item in ok("memory", "--json").json)


def test_learning_is_done_before_ask_ends(ok: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__FOLD_MESSAGES", "4")
    session = ok("ask", "--json", "one").event("user_saved")["message"]["session"]
    results = [ok("ask", "--json", "-s", session, text) for text in ("two", "three")]
    assert any(event["type"] == "summary_updated" for result in results for event in result.events)
    assert ok("sessions", "show", session, "--json").json["summary"]["from_seq"] == 1


def test_no_wait_leaves_learning_to_the_next_run(ok: Cli, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCHAT_MEMORY__FOLD_MESSAGES", "4")
    ok("ask", "one")
    for text in ("two", "three"):
        ok("ask", "-c", "--no-wait", text)
    found = ok("sessions", "--json").json[0]["id"]
    assert len(ok("sessions", "show", found, "--json").json["messages"]) == 6


def test_what_a_model_says_cannot_act_on_the_terminal(ok: Cli, model: Model) -> None:
    model.say(Say("", chunks=["a\x1b", "[31mb\x07\r\x9bc [bold]d[/bold]\t|\n"]))
    assert ok("ask", "Hi").out == "a[31mbc [bold]d[/bold]\t|\n"
    model.say(Say("", chunks=["\x1b[2Jgone\x9b"]))
    printed = ok("ask", "--json", "Hi").out
    assert "\x1b" not in printed
    assert "\x9b" not in printed


def test_nothing_configured_and_no_index_to_pull_from(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    result = cli("ask", "Hi")
    assert (result.code, result.out) == (1, "")
    first, *_, last = result.err.splitlines()
    assert first == "memchat: No model is set up. Pulling the small built-in one, smollm2-135m (about 100 MB)."
    assert last.startswith("memchat: ")
    assert "Traceback" not in result.err


def test_an_endpoint_that_does_not_answer(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("MEMCHAT_MODEL", "some")
    monkeypatch.setenv("MEMCHAT_MODEL__ATTEMPTS", "1")
    result = cli("ask", "Hi")
    assert (result.code, result.out) == (1, "")
    assert "127.0.0.1:9" in result.err


def test_a_question_to_a_dead_server_is_kept_even_when_no_model_is_named(
    ok: Cli, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.delenv("MEMCHAT_MODEL", raising=False)
    asked = cli("ask", "Where is my bicycle?")
    assert asked.code == 1
    assert "127.0.0.1:9" in asked.err
    (session,) = ok("sessions", "--json").json
    (message,) = ok("sessions", "show", session["id"], "--json").json["messages"]
    assert (message["text"], message["status"]) == ("Where is my bicycle?", "failed")
