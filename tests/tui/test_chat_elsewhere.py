"""What another program changes meanwhile shows in the chat."""

from memchat.assistant import Assistant
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers.scripted import ScriptedServer
from tests.tui.conftest import Start


async def test_a_profile_value_that_is_set_elsewhere_stands_in_the_panel(
    start: Start, server: ScriptedServer, paths: Paths, settings: Settings
) -> None:
    async with start(server) as run:
        assistant = run.chat.assistant
        await assistant.memories.set_profile("name", "Alice")
        await run.until(lambda: [field.value for field in run.chat.profile] == ["Alice"])
        await assistant.watching.look()
        other = await Assistant.open(settings, paths, environ={})
        await other.memories.set_profile("name", "Bob")
        await other.close()
        await assistant.watching.look()
        await run.until(lambda: [field.value for field in run.chat.profile] == ["Bob"])
