"""`memchat memory`: what is never learned, and what a session does not recall."""

from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE, WrongUsage

if TYPE_CHECKING:
    from memchat.core.rules import LearningRule, RuleBasis


def register(actions: Commands) -> None:
    """Adds the actions to those of `memchat memory`."""
    one, change = shared(JSON), changing()
    parser = actions.add(
        "rules", "[list | add | drop] [--json]", "What is never learned from your conversations", show, parents=[one]
    )
    inner = Commands(parser, dest="rule_action", title="actions", metavar="ACTION")
    inner.add("list", "[--json]", "All rules, and how often each kept something out", show, parents=[one])
    add = inner.add(
        "add",
        "[--json] [--by BASIS] ID | --kind KIND | --about WHAT [--of WHOM] | --of WHOM | --like TEXT",
        "Never learn things like a memory, or like what you name",
        add_rule,
        parents=[change],
    )
    add.add_argument("id", metavar="ID", nargs="?", help="a memory; what waits for your review is put away with it")
    add.add_argument("--by", metavar="BASIS", help="of a memory: attribute, subject, like or kind")
    add.add_argument("--kind", metavar="KIND", help="nothing of this kind, such as goal")
    add.add_argument("--about", metavar="WHAT", help="nothing that tells this, such as diet or employer")
    add.add_argument("--of", metavar="WHOM", help="nothing about this person or thing; with --about, only that of them")
    add.add_argument("--like", metavar="TEXT", help="nothing that says nearly this")
    drop = inner.add("drop", "[--json] RULE…", "Take rules away", drop_rules, parents=[change])
    drop.add_argument("ids", metavar="RULE", nargs="+", help="the rule; the start of its id is enough")
    mute = actions.add(
        "mute",
        "[--json] SESSION [ID…]",
        "What a session shall not recall; without ID what it does not",
        mute_in,
        parents=[change],
    )
    unmute = actions.add("unmute", "[--json] SESSION ID…", "Let a session recall it again", unmute_in, parents=[change])
    for action, nargs in ((mute, "*"), (unmute, "+")):
        action.add_argument("session", metavar="SESSION", help="the session; the start of its id is enough")
        action.add_argument(
            "ids",
            metavar="ID",
            nargs=nargs,
            default=[],
            help="a memory, a message, or a session whose summary is recalled",
        )


async def show(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.jsonable import rule_json

    async with assistant(args) as opened:
        rules = await opened.memories.rules()
    if args.json:
        print_json([rule_json(rule) for rule in rules])
        return DONE
    print_table(
        [
            Column(title="rule", style="dim"),
            Column(title="says", wide=True),
            Column(title="kept out", right=True),
            Column(title="last", right=True),
        ],
        [(rule.id, rule.says, rule.kept_out, rule.last_at) for rule in rules],
        empty="There is no rule: what you say of yourself may be learned. `memchat memory rules add` makes one.",
    )
    return DONE


async def add_rule(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    about, by, of = _named(args)
    async with assistant(args, begins=True) as opened:
        rule = await (
            opened.memories.never_learn(about, by, subject=of) if of else opened.memories.never_learn(about, by)
        )
    return _tell(args, "from now on", [rule])


def _named(args: Namespace) -> "tuple[str, RuleBasis | None, str]":
    """What a rule is made of, what it goes by, and whose attribute it is about.

    Raises:
        WrongUsage: Nothing, or more than one thing is named.
    """
    from memchat.core.rules import RULE_BASES

    given: list[tuple[str, RuleBasis | None]] = []
    if args.id:
        by = next((each for each in RULE_BASES if each == args.by), None)
        if args.by and by is None:
            raise WrongUsage(f"{args.by!r} is nothing that a rule goes by.", f"There are: {', '.join(RULE_BASES)}.")
        given.append((args.id, by))
    elif args.by:
        raise WrongUsage("--by goes with a memory.", "Name its ID.")
    given += [(args.kind, "kind")] if args.kind else []
    given += [(args.like, "like")] if args.like else []
    given += [(args.about, "attribute")] if args.about else [(args.of, "subject")] if args.of else []
    if len(given) != 1:
        raise WrongUsage("Name one thing that is never learned.", "As in memchat memory rules add --about diet.")
    return *given[0], (args.of or "" if args.about else "")


async def drop_rules(args: Namespace) -> int:
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        dropped = await opened.memories.drop_rule(*args.ids)
    return _tell(args, "no longer", dropped)


def _tell(args: Namespace, what: str, rules: "list[LearningRule]") -> int:
    from memchat.cli.output import print_fields, print_json
    from memchat.core.jsonable import rule_json

    if args.json:
        print_json([rule_json(rule) for rule in rules] if len(rules) > 1 else rule_json(rules[0]))
    else:
        print_fields([field for rule in rules for field in ((what, rule.says), ("rule", rule.id))])
    return DONE


async def mute_in(args: Namespace) -> int:
    return await _mute(args, muted=True)


async def unmute_in(args: Namespace) -> int:
    return await _mute(args, muted=False)


async def _mute(args: Namespace, *, muted: bool) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table

    async with assistant(args) as opened:
        session = await opened.session(args.session)
        if args.ids:
            await (opened.memories.mute if muted else opened.memories.unmute)(args.ids, session.id)
        refs = sorted(await opened.memories.muted(session.id))
        texts = {memory.id: memory.text for memory in await opened.store.memories.by_ids(refs)}
    if args.json:
        print_json({"session": session.id, "muted": refs})
        return DONE
    print_table(
        [Column(title="not recalled", style="dim"), Column(title="text", wide=True)],
        [(ref, texts.get(ref, "")) for ref in refs],
        empty="This session recalls whatever helps.",
    )
    return DONE
