"""`memchat eval memory`, with a scripted model."""

from memchat.providers.scripted import Status
from tests.cli.conftest import Cli, Model


def test_a_table_with_measure_value_target_and_reached(cli: Cli, model: Model) -> None:
    model.say("It is 418.", "No idea.")
    result = cli("eval", "memory", "--only", "locker")
    assert result.code == 0
    rows = {row[0]: row[1:] for row in result.rows if len(row) == 5}
    assert rows["recall coverage"] == ["100 %", "1 of 1", "> 50 %", "yes"]
    assert rows["answers better by"] == ["+100 points", "", "> 20 points", "yes"]
    assert rows["attacks remembered"] == ["not measured", "0 of 0", "≤ 0", ""]
    assert result.err.startswith("1/1 locker: ")


def test_one_document_with_what_went_wrong(cli: Cli, model: Model) -> None:
    result = cli("eval", "memory", "--only", "locker", "--json")
    document = result.json
    assert document["model"] == "scripted"
    answers = next(measure for measure in document["measures"] if measure["key"] == "answers")
    assert (answers["value"], answers["reached"]) == (0.0, False)
    assert [asked["answer"] for asked in document["conversations"][0]["asked"]] == ["Noted.", "Noted."]


def test_a_model_that_cannot_answer_is_said_at_once(cli: Cli, model: Model) -> None:
    model.say(*[Status(400, "out of order")] * 40)
    result = cli("eval", "memory", "--limit", "3")
    assert (result.code, result.out) == (1, "")
    assert "out of order" in result.err
    assert "Then begin again." in result.err


def test_a_name_that_no_conversation_has_is_said(cli: Cli, model: Model) -> None:
    result = cli("eval", "memory", "--only", "nonesuch")
    assert result.code == 1
    assert result.err.startswith("memchat: No conversation has 'nonesuch' in its name.")
    assert model.asked == []
