"""How the assistant is told to be: by the session, by a persona's file, by the config, or as it comes."""

import pytest

from memchat.assistant import Assistant
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import AssistantSaved, SecretsKeptOut, TurnFailed
from memchat.memory.prompts import system_prompt
from memchat.paths import Paths
from memchat.providers.scripted import Say
from tests.assistant.conftest import Open, Script, converse
from tests.assistant.test_turn import only


def told(script: Script, text: str) -> str:
    """The system message of the request that answers `text`."""
    answering = [body for body in script.chats + script.others if body["messages"][-1]["content"] == text]
    return str(answering[-1]["messages"][0]["content"])


@pytest.fixture
def pirate(paths: Paths) -> Paths:
    """A home with a persona."""
    paths.personas_dir.mkdir(parents=True)
    (paths.personas_dir / "pirate.md").write_text("You are a pirate.\n", encoding="utf-8")
    return paths


async def test_the_session_goes_before_the_persona_before_the_config(
    pirate: Paths, open_assistant: Open, script: Script
) -> None:
    script.background = Say("A short talk")
    assistant = await open_assistant({"persona.system_prompt": "Be brief.", "memory.enabled": "false"})
    chat = (await assistant.new_session()).session.id
    await converse(assistant, chat, "One.")
    assert told(script, "One.") == "Be brief."
    assert assistant.personas.names() == ["pirate"]
    await assistant.personas.use(chat, "pirate")
    await converse(assistant, chat, "Two.")
    assert told(script, "Two.") == "You are a pirate."
    await assistant.personas.tell(chat, "You are a poet.")
    await converse(assistant, chat, "Three.")
    assert told(script, "Three.") == "You are a poet."
    await assistant.personas.tell(chat, "")
    await assistant.personas.use(chat, None)
    await converse(assistant, chat, "Four.")
    assert told(script, "Four.") == "Be brief."


async def test_new_sessions_begin_with_the_configured_persona_and_keep_it(pirate: Paths, open_assistant: Open) -> None:
    first = await open_assistant({"persona.use": "pirate"})
    chat = (await first.new_session()).session.id
    assert (await first.preview(None, "Hi.")).blocks[0].content == "You are a pirate."
    await converse(first, chat, "One.")
    await first.close()
    second = await open_assistant()
    assert (await second.preview(chat, "Two.")).blocks[0].content == "You are a pirate."
    assert (await second.preview(None, "Hi.")).blocks[0].content == system_prompt()


async def test_a_persona_that_cannot_be_used_is_told_of_before_anything_is_saved(
    pirate: Paths, assistant: Assistant
) -> None:
    chat = (await assistant.new_session()).session.id
    await assistant.personas.use(chat, "pirate")
    (pirate.personas_dir / "pirate.md").unlink()
    failed = only(await converse(assistant, chat, "Ahoy."), TurnFailed)
    assert failed.sentence == "There is no persona 'pirate'."
    assert failed.user_message is None
    assert (await assistant.open_session(chat)).messages == (), "and the session can still be opened"
    with pytest.raises(NotFound, match="There are none yet"):
        await assistant.personas.use(chat, "poet")


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is empty"), (b" \n\t", "is empty"), (b"\xff\xfe\x00", "is not UTF-8 text"), (b"x" * 20_001, "20,001")],
)
async def test_a_broken_persona_says_what_is_wrong(
    pirate: Paths, assistant: Assistant, content: bytes, why: str
) -> None:
    (pirate.personas_dir / "pirate.md").write_bytes(content)
    with pytest.raises(MemchatError, match=why):
        assistant.personas.text("pirate")


async def test_a_near_name_is_offered_and_no_path_leads_out_of_the_folder(pirate: Paths, assistant: Assistant) -> None:
    (pirate.config_dir / "secret.md").write_text("hidden", encoding="utf-8")
    with pytest.raises(NotFound, match="Did you mean pirate"):
        assistant.personas.text("pirat")
    assert assistant.personas.text("Pirate") == "You are a pirate."
    for name in ("../secret", "..", "", "personas/pirate"):
        with pytest.raises(NotFound):
            assistant.personas.text(name)


async def test_the_user_is_told_once_that_secrets_were_kept_out(assistant: Assistant) -> None:
    chat = (await assistant.new_session()).session.id
    key = "sk-proj-" + "Ab3dEf6hIj9kLm2nOp5qRs8t" * 2
    events = await converse(assistant, chat, f"My key is {key}, again {key}")
    assert only(events, SecretsKeptOut).kinds == ("api key",)
    events = await converse(assistant, chat, f"And {key} once more")
    assert not [event for event in events if isinstance(event, SecretsKeptOut)]
    assert only(events, AssistantSaved).message.status == "complete"
