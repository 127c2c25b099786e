"""`memchat memory`: merging what says the same, and how learning stands."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.assistant.values import LearningStatus
    from memchat.core.events import BackgroundEvent, Consolidated

_LEARNING_SECONDS = 3600.0


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat memory`."""
    actions.add(
        "consolidate",
        "[--json]",
        "Merge what says the same, and list what contradicts; `undo` takes it back",
        consolidate,
        parents=[changing()],
    )
    actions.add("status", "[--json]", "How learning stands, and what it cost", status, parents=[shared(JSON)])


async def consolidate(args: Namespace) -> int:
    from memchat.cli.notices import Notices
    from memchat.cli.opening import assistant
    from memchat.core.errors import MemchatError, NoModel
    from memchat.core.events import Consolidated, LearningChanged

    notices = Notices()
    done: list[Consolidated] = []
    failure = ""

    def hear(event: "BackgroundEvent") -> None:
        nonlocal failure
        if isinstance(event, Consolidated):
            done.append(event)
        elif isinstance(event, LearningChanged):
            failure = event.failure or failure

    async with assistant(args) as opened:
        if (await opened.connect()).state == "none":
            raise NoModel("Consolidation asks a model, and none is set up.", "Pull one: `memchat models pull NAME`.")
        opened.subscribe(hear)
        opened.warm_up()
        await opened.memories.consolidate()
        notices.passing("Consolidating… (ctrl+c leaves the rest to the next run)")
        try:
            await opened.settle(_LEARNING_SECONDS)
        finally:
            notices.clear()
    if not done:
        raise MemchatError(failure or "It is not finished.", "The next run goes on with it.")
    if done[-1].problem:
        raise MemchatError(done[-1].problem)
    _show(args, done[-1])
    return DONE


def _show(args: Namespace, done: "Consolidated") -> None:
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import event_json

    if args.json:
        print_json(event_json(done))
        return
    rows = [("merged", memory.id, memory.text) for memory in done.merged]
    rows += [("proposed", memory.id, memory.text) for memory in done.distilled]
    rows += [("archived", memory.id, memory.text) for memory in done.archived]
    rows += [("contradicts", found.id, f"{found.first.text} / {found.second.text}") for found in done.conflicts]
    print_table(
        [Column(title="what"), Column(title="id", style="dim"), Column(title="text", wide=True)],
        rows,
        empty="There was nothing to merge, and nothing contradicts.",
    )


async def status(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_fields, print_json, print_table

    async with assistant(args) as opened:
        await opened.connect(asking=False)
        found = await opened.memories.status()
        model = opened.model.name
    if args.json:
        print_json(_status_json(found, model))
        return DONE
    print_fields(
        [
            ("learning", found.mode),
            ("model", model or "none yet"),
            ("able", found.unable or "yes" if model else ""),
            ("waiting", _counted(found.waiting, "job", "jobs")),
            ("given up", _counted(found.failed, "job", "jobs") if found.failed else ""),
            ("problem", found.problem),
            *[(name, _counted(number, "memory", "memories")) for name, number in found.counts.items()],
            ("conflicts", found.conflicts),
            ("consolidated", found.consolidated_at or "not yet"),
        ]
    )
    if found.usage:
        print_table(
            [
                Column(title="day"),
                Column(title="model"),
                Column(title="work"),
                Column(title="calls", right=True),
                Column(title="tokens in", right=True),
                Column(title="out", right=True),
            ],
            [
                (use.day.isoformat(), use.model, use.kind, use.calls, use.prompt_tokens, use.completion_tokens)
                for use in found.usage
            ],
            empty="",
        )
    return DONE


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _status_json(found: "LearningStatus", model: str) -> dict[str, Any]:
    from memchat.core.times import iso

    return {
        "mode": found.mode,
        "model": model or None,
        "able": not found.unable if model else None,
        "unable": found.unable,
        "waiting": found.waiting,
        "failed": found.failed,
        "problem": found.problem,
        "counts": dict(found.counts),
        "conflicts": found.conflicts,
        "consolidated_at": iso(found.consolidated_at) if found.consolidated_at else None,
        "usage": [
            {
                "day": use.day.isoformat(),
                "model": use.model,
                "kind": use.kind,
                "calls": use.calls,
                "prompt_tokens": use.prompt_tokens,
                "completion_tokens": use.completion_tokens,
            }
            for use in found.usage
        ],
    }
