"""Runs a scripted server by itself; it prints its base URL and serves until it is ended."""

import argparse
import asyncio
import sys

from memchat.providers.scripted.replies import Reply, Say, SaySlowly, pieces
from memchat.providers.scripted.server import ScriptedServer

_PAGE = """## Part {number}

Here is a *long* reply with **all that Markdown has**: `code`, [links](https://example.org) and lists.

- first, a short line
- then a longer one that goes on until it has to wrap on most terminals, and then a little more
- 繁體中文 and emoji 🎋 too

```python
def part(number: int) -> str:
    return f"part {{number}} of the reply"
```

| word | meaning |
|------|---------|
| one  | 1       |
| two  | 2       |

"""


def long_markdown(tokens: int) -> str:
    """Markdown of exactly that many streamed pieces, each about a token."""
    text = "".join(_PAGE.format(number=number) for number in range(1, tokens // 40 + 2))
    return "".join(list(pieces(text, None))[:tokens])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m memchat.providers.scripted", description=__doc__)
    parser.add_argument("--say", default="", help="the reply; else a long Markdown text")
    parser.add_argument("--tokens", type=int, default=200, help="length of the long text (default 200)")
    parser.add_argument("--rate", type=float, default=0.0, help="tokens a second; 0 sends all at once")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--model", default="scripted", help="the model's name")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    text = arguments.say or long_markdown(arguments.tokens)
    reply: Reply = SaySlowly(text, arguments.rate) if arguments.rate > 0 else Say(text)
    async with ScriptedServer(reply, models=[arguments.model], port=arguments.port) as server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> int:
    """Serves until interrupted."""
    try:
        asyncio.run(_serve(_arguments()))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
