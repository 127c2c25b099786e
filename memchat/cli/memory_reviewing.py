"""`memchat memory review`: going through what waits for the user, one after the other."""

import sys
from argparse import Namespace
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memchat.cli.running import DONE, WrongUsage
from memchat.cli.text import one_line

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.memories import Memory

_MOST = 1_000
_ASK = "[a]ccept  [e]dit  [r]eject  [n]ever learn things like this  [k]ind: accept all  [s]kip  [u]ndo  [q]uit > "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the options say, by whole ids."""

    accept: list[str]
    reject: list[str]
    never: str | None


async def review(args: Namespace) -> int:
    """Does what the options say, or asks, or lists."""
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        if args.by and not args.never:
            raise WrongUsage("--by goes with --never.", "Name the memory too.")
        if args.accept or args.reject or args.accept_kind or args.never:
            return await _settle(args, opened)
        waiting = await _waiting(opened)
        if args.json or not waiting or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return _listed(args, waiting)
        return await _ask_all(opened, waiting)


async def _waiting(opened: "Assistant") -> "list[Memory]":
    """What is pending, the oldest first."""
    found = await opened.store.memories.list(status="pending", limit=_MOST)
    return sorted(found, key=lambda memory: (memory.observed_at, memory.id))


async def _checked(args: Namespace, opened: "Assistant") -> _Wanted:
    """Whole ids of what is to be settled; nothing is done unless all of it can be.

    Raises:
        NotFound: One is not there.
        WrongUsage: One is named for two things.
        MemchatError: One does not wait for the user.
    """
    from memchat.core.errors import MemchatError

    memories = opened.memories
    accept = [await memories.get(each) for each in args.accept]
    reject = [await memories.get(each) for each in args.reject]
    never = [await memories.get(each) for each in filter(None, [args.never])]
    named = [memory.id for some in (accept, reject, never) for memory in {each.id: each for each in some}.values()]
    if len(set(named)) < len(named):
        twice = next(each for each in named if named.count(each) > 1)
        raise WrongUsage(f"The memory {twice} is named for two things.", "Name it for one of them.")
    for memory in (*accept, *reject):
        if memory.status != "pending":
            raise MemchatError(
                f"The memory {memory.id} is {memory.status} and does not wait for you; nothing was settled.",
                "`memchat memory review` lists what does.",
            )
    if never and args.by and args.by not in {rule.basis for rule in await memories.rule_choices(never[0].id)}:
        raise MemchatError(f"That memory gives no rule by its {args.by}; nothing was settled.", "Leave --by out.")
    of_kind = [each.id for each in await _waiting(opened) if args.accept_kind == each.kind and each.id not in named]
    return _Wanted(
        accept=[*(each.id for each in accept), *of_kind],
        reject=[each.id for each in reject],
        never=never[0].id if never else None,
    )


async def _settle(args: Namespace, opened: "Assistant") -> int:
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import memory_json, rule_json

    memories = opened.memories
    wanted = await _checked(args, opened)
    accepted = await memories.accept(wanted.accept) if wanted.accept else []
    rejected = await memories.reject(wanted.reject) if wanted.reject else []
    rule = None
    if wanted.never:
        refused = await memories.get(wanted.never)
        rule = await memories.never_learn(refused.id, args.by)
        rejected += [await memories.get(refused.id)] if refused.status == "pending" else []
    await opened.indexing.embed_new()
    left = await memories.pending()
    if args.json:
        print_json(
            {
                "accepted": [memory_json(memory) for memory in accepted],
                "rejected": [memory_json(memory) for memory in rejected],
                "rule": rule_json(rule) if rule else None,
                "waiting": left,
            }
        )
        return DONE
    print_fields(
        [
            *[("accepted", memory.text) for memory in accepted],
            *[("rejected", memory.text) for memory in rejected],
            ("rule", rule.says if rule else ""),
            ("waiting", left),
        ]
    )
    return DONE


def _listed(args: Namespace, waiting: "list[Memory]") -> int:
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import memory_details_json

    if args.json:
        print_json([memory_details_json(memory) for memory in waiting])
        return DONE
    print_table(
        [
            Column(title="id", style="dim"),
            Column(title="kind"),
            Column(title="text", wide=True),
            Column(title="why"),
            Column(title="said", right=True),
        ],
        [(memory.id, memory.kind, memory.text, memory.reason, memory.observed_at) for memory in waiting],
        empty="Nothing waits for you.",
    )
    return DONE


async def _ask_all(opened: "Assistant", waiting: "list[Memory]") -> int:
    """Shows each, and does what is typed, until all are seen."""
    memories = opened.memories
    place = 0
    settled: list[str] = []
    whole = await memories.pending()
    while place < len(waiting):
        found = await opened.store.memories.by_ids([waiting[place].id])
        if not found or found[0].status != "pending":  # another answer, or another program, settled it
            place += 1
            continue
        memory = found[0]
        _show(memory, place + 1, len(waiting))
        match _typed(_ASK):
            case "a":
                await memories.accept(memory.id)
            case "e":
                text = _typed("In other words > ", whole=True)
                if not text:
                    continue
                await memories.accept(memory.id, text=text)
            case "r":
                await memories.reject(memory.id)
            case "n":
                if not await _never(opened, memory):
                    continue
            case "k":
                alike = [each.id for each in await _waiting(opened) if each.kind == memory.kind]
                accepted = await memories.accept(alike)
                print(f"Accepted {len(accepted)} of the kind {memory.kind}.")
            case "s":
                place += 1
                continue
            case "u":
                if not settled:
                    print("Nothing was settled yet.")
                    continue
                # Another program may have changed something since, which stays.
                await memories.undo_change(settled.pop())
                place = 0
                continue
            case "q" | None:
                break
            case _:
                continue
        settled.append((await memories.history(memory.id))[-1].id)
    await opened.indexing.embed_new()
    left = await memories.pending()
    print(_ended(max(0, whole - left), left, undoable=bool(settled)))
    return DONE


def _ended(done: int, left: int, *, undoable: bool) -> str:
    """What going through came to."""
    waits = "nothing still waits" if not left else "1 still waits" if left == 1 else f"{left:,} still wait"
    undo = " `memchat memory undo` takes the last one back." if undoable else ""
    return f"{f'Settled {done:,}' if done or undoable else 'Nothing was settled'}, and {waits}.{undo}"


async def _never(opened: "Assistant", memory: "Memory") -> bool:
    """Offers the rules that a memory gives; whether one was made."""
    choices = await opened.memories.rule_choices(memory.id)
    for number, rule in enumerate(choices, 1):
        print(f"  {number}  {one_line(rule.says)}")
    chosen = _typed(f"Which, 1 to {len(choices)}? (enter for none) > ", whole=True) or ""
    if not (chosen.isdecimal() and 1 <= int(chosen) <= len(choices)):
        return False
    rule = await opened.memories.never_learn(memory.id, choices[int(chosen) - 1].basis)
    print(f"{one_line(rule.says)} `memchat memory rules` lists what is never learned.")
    return True


def _show(memory: "Memory", place: int, whole: int) -> None:
    from memchat.cli.output import print_fields

    print()
    print_fields(
        [
            (f"{place} of {whole}", memory.text),
            ("kind", memory.kind if memory.field is None else f"profile: {memory.field}"),
            ("why it waits", memory.reason),
            ("how sure", memory.confidence),
            *[("you said" if memory.origin == "user" else "from", source.quote) for source in memory.sources[:2]],
            ("said", memory.observed_at),
        ]
    )


def _typed(question: str, *, whole: bool = False) -> str | None:
    """What is typed, or the first letter of it in lower case; none at the end of the input."""
    from memchat.cli.erasing import typed

    line = typed(question)
    if line is None:
        return None
    return line.strip() if whole else line.strip()[:1].lower()
