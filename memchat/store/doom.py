"""What is to go for good."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Doom:
    """What is to go.

    Attributes:
        memories: Ids of the memories that go with all that belongs to them.
        restored: Ids of those that come back into use, because what they were merged into goes.
        fields: Profile fields whose old history goes.
        messages: Ids of the messages that it rests on.
        texts: All its wordings, so that learning does not bring it back.
        sessions: Ids of the sessions that go.
        talk: Whether the words go from conversations and their summaries too.
    """

    memories: frozenset[str] = frozenset()
    restored: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    texts: frozenset[str] = field(default=frozenset(), repr=False)
    sessions: frozenset[str] = frozenset()
    talk: bool = True
