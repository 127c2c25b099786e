"""How the assistant is told to be, session by session."""

from collections.abc import Callable
from pathlib import Path

from memchat.assistant.homes import Homes
from memchat.core.events import BackgroundEvent, SessionChanged
from memchat.core.messages import Session
from memchat.core.settings import PersonaSettings
from memchat.memory import procedural


class Personas:
    """The user's personas, and which session uses which.

    Args:
        homes: Where the sessions are.
        settings: The persona of new sessions, and the configured system prompt.
        folder: Where the personas are, a file each.
        publish: Told what changed.

    Attributes:
        folder: Where the personas are.
    """

    def __init__(
        self, homes: Homes, settings: PersonaSettings, folder: Path, publish: Callable[[BackgroundEvent], None]
    ) -> None:
        self._homes = homes
        self._settings = settings
        self.folder = folder
        self._publish = publish

    def names(self) -> list[str]:
        """The personas that there are, sorted."""
        return procedural.personas(self.folder)

    def text(self, name: str) -> str:
        """A persona's system prompt.

        Raises:
            NotFound: There is no such persona.
            MemchatError: Its file cannot be used.
        """
        return procedural.persona(self.folder, name)

    def told(self, session: Session | None) -> str:
        """The system prompt of a session's requests; none is a session that is yet to begin.

        Raises:
            MemchatError: Its persona cannot be used.
        """
        return procedural.system_text(session, self._settings, self.folder)

    async def use(self, session_id: str, name: str | None) -> Session:
        """Lets a session use a persona from its next message on; none is the default.

        Raises:
            NotFound: There is no such persona, or no such session.
            MemchatError: Its file cannot be used.
        """
        if name:
            self.text(name)
        return self._tell(await self._homes.of(session_id).store.sessions.set_persona(session_id, name or None))

    async def tell(self, session_id: str, text: str) -> Session:
        """Gives a session its own system prompt, in place of any other; an empty one takes it away.

        Raises:
            NotFound: There is no such session.
            MemchatError: It is too long.
        """
        kept = procedural.checked(text) if text.strip() else None
        return self._tell(await self._homes.of(session_id).store.sessions.set_system_prompt(session_id, kept))

    def _tell(self, session: Session) -> Session:
        self._publish(SessionChanged(session))
        return session
