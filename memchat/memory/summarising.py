"""One call of a model that writes notes: within its window, and checked before it is believed."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memchat.core.chat import ChatMessage, ChatRequest
from memchat.core.errors import ModelError
from memchat.core.messages import Message, Usage
from memchat.memory.budget import OVERHEAD, PRIMING
from memchat.memory.clipping import clip, split
from memchat.memory.invention import without_copies, without_inventions
from memchat.memory.prompts import PromptName, filled
from memchat.memory.quoting import defused, one_line
from memchat.memory.working import exchange_starts

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel
    from memchat.store import Store

MOST_PASS_TOKENS = 12_000
"""One pass reads no more than this, whatever the window: notes on more text than that get vague."""

_LONG_CHARACTERS = 50_000
"""Notes are compared with a longer text in a thread."""

_TOLD = "[told the user what is remembered about them]"
"""In the place of a page about the memory, so that what is remembered does not become a summary."""

_FRAME = 32
"""What the tags around a text take."""

_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^```\w*\n?|\n?```$")
_INTRODUCTION = re.compile(
    r"^(?:\**(?:here (?:is|are)|sure|certainly|of course|okay|summary|notes|title)\b[^\n]{0,80}:\**[ \t]*\n*)+",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"^(?:i['’]?m sorry|i am sorry|sorry,|i can(?:no|['’])t|i am unable|i['’]m unable|as an ai\b"
    r"|i don['’]t have access)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"^\w+: (?:nothing|none|n/a|\W*)\.?$", re.IGNORECASE | re.MULTILINE)
_COPIED = re.compile(r"^(?:- )?(?:user|assistant)\s*:", re.IGNORECASE)


class UnusableSummary(ModelError):
    """The model's notes are empty, a refusal or noise; they are asked for again later."""


class InventedSummary(UnusableSummary):
    """The model's notes name only what was never said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summariser:
    """A model with what must be known to fit its window.

    Attributes:
        window: In its own tokens.
        scale: Its tokens by o200k_base token.
        count: Length of a text in o200k_base tokens.
        charge: Told what each call cost.
        as_of: From `erasures.times`, when it was made: what is erased later must not come back by what it writes.
    """

    model: "ChatModel"
    window: int
    scale: float
    count: Callable[[str], int]
    charge: Callable[[Usage | None], Awaitable[None]] | None = None
    as_of: int | None = None

    @classmethod
    async def of(
        cls,
        store: "Store",
        model: "ChatModel",
        count: Callable[[str], int],
        charge: Callable[[Usage | None], Awaitable[None]] | None = None,
    ) -> "Summariser":
        """A summariser of `model`, with its window and the token scale that was learned for it."""
        window = await model.window()
        facts = await store.models.get(model.endpoint.noted_as, model.name)
        return cls(
            model=model,
            window=window,
            scale=max(1.0, facts.token_scale),
            count=count,
            charge=charge,
            as_of=await store.erasures.times(),
        )

    def tokens(self, text: str) -> int:
        """Length of `text` in the model's tokens, rounded up."""
        return int(self.count(text) * self.scale) + 1

    def reply_tokens(self, limit: int) -> int:
        """What a reply of `limit` o200k_base tokens may take, in the model's tokens; at most a third of the window."""
        return max(16, min(int(limit * self.scale) + 32, self.window // 3))

    def room(self, prompt: PromptName, limit: int) -> int:
        """How many o200k_base tokens of text fit into one call beside its prompt and a reply of `limit` such tokens.

        A twentieth of the window is kept for what the count may be wrong by.
        """
        fixed = self.tokens(filled(prompt, words="1000")) + self.reply_tokens(limit) + 2 * OVERHEAD + PRIMING + _FRAME
        left = self.window - self.window // 20 - fixed
        return max(32, min(MOST_PASS_TOKENS, int(left / self.scale)))

    async def write(
        self,
        prompt: PromptName,
        text: str,
        *,
        limit: int,
        aim: int = 0,
        schema: Mapping[str, Any] | None = None,
        source: str | None = None,
    ) -> str:
        """What the model makes of `text` by a prompt, in at most `limit` o200k_base tokens.

        An unusable reply is asked for once more, a little less predictably.

        Args:
            prompt: With a place for the number of words.
            text: Already within `room`.
            limit: The reply's length; a longer reply is cut after a sentence.
            aim: The length that is asked for; 0 for the limit.
            schema: What JSON it is to answer with; its texts come back a line each, by name.
            source: What was said; sentences with names or numbers that are not in it are dropped.

        Raises:
            InventedSummary: Nothing in the reply was said.
            UnusableSummary: There is nothing usable in the reply.
            ModelError: The call failed.
        """
        invented = False
        instructions = filled(prompt, words=str(max(5, (aim or limit) * 2 // 3)))
        for temperature in (0.0, 0.5):
            request = ChatRequest(
                messages=(ChatMessage(role="system", content=instructions), ChatMessage(role="user", content=text)),
                schema=schema,
                max_tokens=self.reply_tokens(limit),
                temperature=temperature,
            )
            completion = await self.model.complete(request)
            if self.charge is not None:
                await self.charge(completion.usage)
            found = named_lines(completion.text, schema) if schema else tidy(completion.text)
            if completion.finish_reason == "length":
                found = without_broken_end(found)
            found = clip(found, limit, self.count)[0].strip()
            true = without_copies(found, instructions)
            true = true if source is None else await _checked(true, source)
            if usable(true):
                return true
            invented = invented or usable(found) or bool(_NOTHING.search(found))
        if invented:
            raise InventedSummary(f"{self.model.name} wrote what was not said.", "It is tried again.", retryable=True)
        raise UnusableSummary(f"{self.model.name} wrote no usable summary.", "It is tried again later.", retryable=True)


async def _checked(text: str, source: str) -> str:
    if len(source) > _LONG_CHARACTERS:
        return await asyncio.to_thread(without_inventions, text, source)
    return without_inventions(text, source)


def named_lines(reply: str, schema: Mapping[str, Any]) -> str:
    """The texts of a JSON reply as `Name: text` lines in the schema's order; a reply in prose is tidied."""
    from memchat.providers.json_replies import read_json

    try:
        values = read_json(reply, schema)
    except ValueError:
        return tidy(reply)
    if not isinstance(values, dict):
        return ""
    named = ((name, values.get(name)) for name in schema["properties"])
    return "\n".join(f"{name.capitalize()}: {one_line(text)}" for name, text in named if isinstance(text, str) and text)


def tidy(reply: str) -> str:
    """A reply without thinking, fences, introductions and lines that are there twice."""
    text = _FENCE.sub("", _THINKING.sub("", defused(reply)).strip()).strip()
    text = _INTRODUCTION.sub("", text).strip()
    lines: dict[str, None] = {}
    for line in text.split("\n"):
        if line.strip() and line.strip() not in {"<conversation>", "</conversation>", "<notes>", "</notes>"}:
            lines[line.rstrip()] = None
    return "\n".join(lines)


def usable(text: str) -> bool:
    """Whether `text` says something: words, no refusal, and not the conversation itself."""
    text = _NOTHING.sub("", text).strip()
    letters = sum(character.isalpha() for character in text)
    if letters < 4 or letters * 3 < len(text.replace(" ", "")):
        return False
    return not _REFUSAL.match(text) and not _COPIED.match(text)


def without_broken_end(text: str) -> str:
    """`text` without a last line or sentence that was cut off, as long as something is left."""
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s|$)|[。！？]|\n", text)]
    return text[: ends[-1]].strip() if ends else text


def transcript(messages: Sequence[Message], longest_reply: int, count: Callable[[str], int]) -> str:
    """`messages` as they are given to a summariser; a reply longer than `longest_reply` tokens is cut."""
    lines = []
    for message in messages:
        text = defused(message.text).strip()
        if message.told:
            text = _TOLD
        elif message.role == "assistant":
            head, rest = clip(text, longest_reply, count)
            text = f"{head.rstrip()} […]" if rest else text
        if text:
            lines.append(f"{'User' if message.role == 'user' else 'Assistant'}: {text}")
    return "\n\n".join(lines)


def own_words(messages: Sequence[Message], limit: int, count: Callable[[str], int]) -> list[str]:
    """How each of the user's messages begins, as lines of at most `limit` tokens together; the first and the newest."""
    lines: list[str] = []
    said = [text for message in messages if message.role == "user" and (text := one_line(message.text))]
    for text in (*said[:1], *reversed(said[1:])):
        line = f'The user said: "{clip(text, max(8, limit // 4), count)[0].strip()}"'
        if sum(map(count, lines)) + count(line) > limit:
            break
        lines.insert(min(1, len(lines)), line)
    return lines


def passes(
    messages: Sequence[Message], room: int, count: Callable[[str], int]
) -> list[tuple[list[Message], list[str]]]:
    """Whole exchanges in groups, each with the texts to read for it, none longer than `room` tokens.

    An exchange that is longer than `room` is a group by itself and read in pieces.
    """
    starts = exchange_starts(messages)
    if not starts or starts[0] != 0:
        starts = [0, *starts]
    longest_reply = max(24, room // 4)
    groups: list[tuple[list[Message], list[str]]] = []
    held: list[Message] = []
    held_text, used = "", 0
    for start, end in zip(starts, [*starts[1:], len(messages)], strict=True):
        exchange = list(messages[start:end])
        text = transcript(exchange, longest_reply, count)
        tokens = count(text) + 2
        if held and used + tokens > room:
            groups.append((held, [held_text] if held_text else []))
            held, held_text, used = [], "", 0
        if tokens > room:
            groups.append((exchange, split(text, room, count)))
            continue
        held = held + exchange
        held_text = "\n\n".join(filter(None, [held_text, text]))
        used += tokens
    if held:
        groups.append((held, [held_text] if held_text else []))
    return groups
