"""Every setting, its default, and what it does; the docstring of a section is its reference.

Values only: `memchat.config` reads and writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from memchat.core.kinds import MemoryKind, WorkingMode


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Which model answers.

    Attributes:
        name: The chat model; empty asks the endpoint for its first.
        endpoint: A name under `endpoints`, `builtin`, or empty for the environment, else what is found.
        summariser: A model for summaries and titles; empty uses the chat model.
        temperature: Passed on when set.
        reply_tokens: The reply's limit and the reserve kept free for it, in tokens.
        window: The context window in tokens, where the endpoint does not say; 0 is not known.
        tools: Whether models may call memory tools: `on`, `off`, or `auto` for all but those known or too small to.
        connect_seconds: How long to wait for a connection.
        silence_seconds: How long a stream may say nothing before it counts as dead.
        attempts: How often a call is tried in all.
    """

    name: str = ""
    endpoint: str = ""
    summariser: str = ""
    temperature: float | None = None
    reply_tokens: int = 1024
    window: int = 0
    tools: Literal["auto", "on", "off"] = "auto"
    connect_seconds: float = 10.0
    silence_seconds: float = 120.0
    attempts: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """A named OpenAI-compatible server.

    Attributes:
        base_url: Up to and including `/v1`.
        model: The model to use there.
        window: Its context window in tokens; 0 is not known.
        api_key_env: Name of the environment variable that holds its key; else the keyring is asked.
    """

    base_url: str
    model: str = ""
    window: int = 0
    api_key_env: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySettings:
    """What goes into each call.

    Attributes:
        enabled: Whether anything but the session's own messages goes into a call or is learned.
        mode: Working memory: `buffer`, `window`, `summary` or `hybrid`.
        window_messages: How many of the newest messages `window` keeps.
        fold_messages: Fold the oldest half once the buffer holds this many messages.
        fold_tokens: Fold the oldest half once the buffer holds this many tokens; 0 is a third of the model's window.
        summary_tokens: The rolling summary's limit, in tokens.
        session_summaries: How many session summaries go into the next session.
        recall_items: How many items a turn recalls at most.
        recall_tokens: The recalled block's limit, in tokens.
        recall_floor: Items with a lower score are not recalled, from 0 to 1.
        embedder: `builtin`, or the name of an endpoint with /v1/embeddings, or `off` for words alone.
        embedding_model: The model at that endpoint.
        space: Keeps sessions, memories and profile apart from those of other spaces.
        instructions: How many standing instructions go into each request, pinned and newest first.
    """

    enabled: bool = True
    mode: WorkingMode = "hybrid"
    window_messages: int = 20
    fold_messages: int = 24
    fold_tokens: int = 0
    summary_tokens: int = 400
    session_summaries: int = 3
    recall_items: int = 6
    recall_tokens: int = 700
    recall_floor: float = 0.15
    embedder: str = "builtin"
    embedding_model: str = ""
    space: str = "personal"
    instructions: int = 12


LearningMode = Literal["auto", "review", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningSettings:
    """What is learned from ordinary talk, and how long it is kept.

    Attributes:
        mode: `auto` stores what is learned, `review` keeps all of it pending until you agree, `off` learns nothing;
            what you ask to be remembered is stored in each.
        confidence: What is less sure than this waits for your review, from 0 to 1.
        facts_per_message: How many facts one message can bring at most.
        consolidate_hours: How often near-duplicates are merged while nothing else goes on; 0 is only on demand.
        idle_minutes: After how long without a message a session counts as finished and gets its summary.
        stale_days: Facts that were never used for so long, are not pinned and not sure, are archived; 0 is never.
        most_facts: How many facts are active at most; the least valuable beyond are archived.
        keep_days: Kind of fact to days after which it is archived, such as `event = 365`; the others stay.
        keep_messages_days: Sessions that rested for so long are erased, messages and all; 0 is never.
    """

    mode: LearningMode = "auto"
    confidence: float = 0.7
    facts_per_message: int = 5
    consolidate_hours: int = 24
    idle_minutes: int = 15
    stale_days: int = 90
    most_facts: int = 2000
    keep_days: Mapping[MemoryKind, int] = field(default_factory=dict)
    keep_messages_days: int = 0


DEFAULT_PROFILE: Mapping[str, str] = MappingProxyType(
    {
        "name": "what the user wants to be called",
        "preferred_language": "the language to answer in",
        "occupation": "what the user does",
        "location": "where the user lives",
        "timezone": "the user's time zone, as an IANA name",
        "goals": "what the user is working towards",
        "communication_style": "how the user likes answers to be",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSettings:
    """Which fields the profile has.

    Attributes:
        fields: Name to description; the user's own are added to the default ones.
        several: The fields that can have several values at once.
        by_hand: The fields that only you set; learning leaves them alone.
    """

    fields: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_PROFILE))
    several: tuple[str, ...] = ("goals",)
    by_hand: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaSettings:
    """How the assistant is told to be.

    Attributes:
        system_prompt: Replaces the built-in system prompt when set.
        name: What the assistant is called on the screen.
        use: The persona of new sessions: the name of a file `personas/NAME.md` beside the config file.
    """

    system_prompt: str = ""
    name: str = "memchat"
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """What is kept out.

    Attributes:
        redact_secrets: Replace keys, tokens and card numbers by placeholders before anything is stored or sent.
        incognito_reads: Whether an incognito session may read what is remembered; it never writes.
    """

    redact_secrets: bool = True
    incognito_reads: bool = False


Signs = Literal["auto", "unicode", "ascii"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceSettings:
    """How it looks.

    Attributes:
        theme: A theme's name: one of memchat's own (`memchat-dark`, `memchat-light`, `memchat-contrast`,
            `memchat-ansi`), of the user's themes folder, or of Textual's.
        panels: Whether the panels are open at the start where the screen is wide enough.
        signs: What kinds of memories and the like are marked with: signs that most terminals show (`unicode`), or
            letters and dashes (`ascii`). `auto` looks at the terminal.
        page_messages: How many messages are shown at a time.
        keys: Binding id to keys, such as `sessions = "ctrl+l"`.
    """

    theme: str = "memchat-dark"
    panels: bool = True
    signs: Signs = "auto"
    page_messages: int = 30
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings; each section is a table of the config file."""

    model: ModelSettings = field(default_factory=ModelSettings)
    endpoints: Mapping[str, EndpointSettings] = field(default_factory=dict)
    memory: MemorySettings = field(default_factory=MemorySettings)
    learning: LearningSettings = field(default_factory=LearningSettings)
    profile: ProfileSettings = field(default_factory=ProfileSettings)
    persona: PersonaSettings = field(default_factory=PersonaSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    interface: InterfaceSettings = field(default_factory=InterfaceSettings)
