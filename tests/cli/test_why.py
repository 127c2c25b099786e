"""`memchat why`, `memchat explain --sent`, and `memchat ask --again --without`."""

import json

from tests.cli.conftest import Cli, Model


def test_why_tells_what_the_last_answer_rests_on(ok: Cli, model: Model) -> None:
    ok("profile", "set", "name", "Alice")
    kept = ok("memory", "add", "The bicycle is green", "--json").json
    answer = ok("ask", "--json", "What colour is my bicycle?").event("assistant_saved")["message"]
    why = ok("why", "--json").json
    assert why["answer"]["id"] == answer["id"]
    recalled = next(each for each in why["reasons"] if each["how"] == "recalled")
    assert (recalled["text"], recalled["memory"]) == ("The bicycle is green", kept["id"])
    assert recalled["score"] > 0
    assert "profile" in {each["how"] for each in why["reasons"]}
    for given in (("why", answer["id"]), ("explain", "--message", why["question"]["id"])):
        assert ok(*given, "--json").json == why
    text = ok("why").out
    assert "The bicycle is green" in text
    assert "in each request" in text


def test_what_was_sent_is_shown_byte_for_byte(ok: Cli, model: Model) -> None:
    ok("ask", "Grüße, 我喜歡小花園 \x9b31m")
    raw = next(each.raw for each in model.server.recorded if each.body and "Grüße" in str(each.body))
    sent = ok("explain", "--sent", "--json").json
    assert sent["body"].encode() == raw
    assert "".join(piece["text"] for piece in sent["pieces"] if piece["part"] == "user").startswith("Grüße")
    assert ok("explain", "--sent", sent["message"], "--json").json == sent
    text = ok("explain", "--sent").out
    assert "我喜歡小花園" in text
    assert "\x9b" not in text


def test_as_a_command_without_the_key(ok: Cli, model: Model) -> None:
    ok("ask", "hello")
    said = ok("explain", "--sent", "--curl").out
    assert said.startswith(f"curl -sS {model.server.base_url}/chat/completions")
    assert "$OPENAI_API_KEY" in said
    assert "test-key" not in said
    body = said.splitlines()[-2]
    assert json.loads(body) == model.asked[-1]
    assert '"which one?"' in ok("explain", "-c", "--curl", "which one?").out


def test_what_changed_from_the_request_before(ok: Cli, model: Model) -> None:
    ok("ask", "hello")
    assert ok("explain", "--sent", "--diff").out.startswith("There is no request before it")
    ok("ask", "-c", "and the bicycle?")
    text = ok("explain", "--sent", "--diff").out
    assert "= same · system · system" in text
    assert "+ and the bicycle?" in text
    changes = ok("explain", "-c", "--diff", "--json", "once more").json["changes"]
    assert changes["cached_tokens"] > 0


def test_again_without_what_is_named(ok: Cli, model: Model) -> None:
    kept = ok("memory", "add", "The bicycle is green", "--json").json
    ok("ask", "What colour is my bicycle?")
    assert "green" in str(model.asked[-1])
    ok("ask", "-c", "--again", "--without", kept["id"])
    assert "green" not in str(model.asked[-1])
    missed = ok("why", "--json").json["missed"]
    assert "left out by you, this time" in {each["why_not"] for each in missed}
    ok("ask", "--again")
    assert "green" in str(model.asked[-1])


def test_what_cannot_be_is_said(cli: Cli, model: Model) -> None:
    assert "Nothing was said yet" in cli("why").err
    assert "No such request is kept" in cli("explain", "--sent").err
    assert cli("explain", "--sent", "m", "text").code == 2
    assert cli("ask", "--without", "x", "text").code == 2
    assert cli("ask", "--again", "text").code == 2
    assert cli("why", "nothing").code == 1
