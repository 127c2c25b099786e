"""The documentation says what the program does."""

import re
from pathlib import Path

import pytest

from tests.cli.reference import DOCS, PARTS, parsers, renewed

PAGES = sorted(DOCS.glob("*.md"))
_FENCE = re.compile(r"```(?:sh|console)\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_generated_parts_are_fresh(page: Path) -> None:
    text = page.read_text("utf-8")
    assert renewed(text) == text, "run python -m tests.cli.reference"


def test_every_generated_part_stands_somewhere() -> None:
    found = {name for page in PAGES for name in re.findall(r"<!-- generated: (\w+) -->", page.read_text("utf-8"))}
    assert found == set(PARTS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def _examples() -> list[str]:
    blocks = [block for page in PAGES for block in _FENCE.findall(page.read_text("utf-8"))]
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return sorted({line for line in lines if re.search(r"(^|\| |; )memchat( |$)", line)})


@pytest.mark.parametrize("example", _examples())
def test_examples_are_commands_that_exist(example: str) -> None:
    import shlex

    from memchat.cli.parser import build

    words = shlex.split(example, comments=True)
    words = words[words.index("memchat") + 1 :]
    for stop in ("|", ">", "<", ";"):
        words = words[: words.index(stop)] if stop in words else words
    build().parse_args(words)  # leaves with an error when it is wrong


def test_every_command_has_its_help_in_the_docs() -> None:
    from memchat.cli.parser import build

    text = (DOCS / "command-line.md").read_text("utf-8")
    for parser in parsers(build()):
        assert re.search(rf"^#+ {re.escape(parser.prog)}$", text, re.MULTILINE)
