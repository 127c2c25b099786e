"""Texts that try to style, link, hide, reorder or drive what shows them; the same ones in every run."""

import random
from collections.abc import Callable

EVIL = "evil.example"
"""Where every link goes."""

COLOUR = "#12fe34"
"""A colour that no theme has, and that all markup and all sequences ask for."""

_MARKUP = (
    f"[blink conceal {COLOUR} on #fe12ab]{{}}[/]",
    f"[link=https://{EVIL}/]{{}}[/link]",
    f"[@click=app.quit]{{}}[/] [@click='app.open_url(\"https://{EVIL}\")']x[/]",
    "[/] [/b] [/nothing] {} [b] [[ ]] \\[b]{}\\",
    f"<b style='color:{COLOUR}'>{{}}</b> <script>x</script> &lt;b&gt;",
    "$primary {} $error [$success on $error]x[/] {{}} %s {{0}}",
    ":smile: :warning: {} :skull:",
)
_SEQUENCES = (
    "\x1b[5;8;38;2;18;254;52;48;2;254;18;171m{}\x1b[0m",
    "\x1b[2J\x1b[H{}\x1b[999;999H\x1b[6n\x1b[?1049l\x1b[?1000h",
    f"\x1b]8;;https://{EVIL}\x1b\\{{}}\x1b]8;;\x1b\\",
    f"\x1b]8;id=1;https://{EVIL}\x07{{}}\x1b]8;;\x07",
    "\x1b]52;c;aGFja2Vk\x07{}",
    "\x1b]52;c;aGFja2Vk\x1b\\{}\x1b]0;title\x07",
    "\x1bP+q544e\x1b\\{}\x1b_Gf=100;AAAA\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\",
    "\x9b31m{}\x9b0m\x9d52;c;aGFja2Vk\x9c\x90q\x9c",
    "\x1b]52;c;never ended {}",
    "{}\x1b[",
    "{}\x1b",
    "{}\x1b]",
    "{}\x1bc\x1b(0\x0elqk\x0f",
    "{}\r\rover\x08\x08\x08\x07\x00\x0b\x0c\x7f\x85",
)
_HIDDEN = (
    "\u202e{}\u202c", "\u2066{}\u2069\u2067x\u2069", "\u200f\u200e\u061c{}", "\u202a\u202b\u202d{}",
    "{}\u200b\u200b\u2060\ufeff\u00ad\u180e\u2063", "a\u200dq{}\u200c\u200dz", "\U000e0041\U000e0042{}\U000e007f",
    "{}\u2028\u2029\ufff9x\ufffay\ufffb", "\u3164\u115f\u1160\uffa0{}", "{}\ufe0f\ufe0e\ufe00\U000e0100\u034f",
    "{}\ue000\uf8ff\ufffc\ufffd\U0010ffff\ufffe",
)  # fmt: skip
_WIDE = (
    "漢字仮名{}한국어", "ｆｕｌｌ{}ｗｉｄｔｈ", "👨‍👩‍👧‍👦{}👍🏽🏳️‍🌈", "🇹🇼🇯🇵{}🇩🇪🇦", "❤️{}☎️1️⃣", "ﷺ﷽{}กำ क्षि ཧཱུྃ",
    "שלום {} مرحبا", "{}\t\ttab\t",
)  # fmt: skip
_MARKS = "".join(map(chr, (*range(0x300, 0x370), *range(0x483, 0x48A), *range(0x20D0, 0x20F1))))
_WORDS = ("likes small gardens", "is allergic to peanuts", "zieht nach Porto", "住在台北", "Reise nach Kyōto", "x")


def texts(number: int = 300, seed: int = 5) -> list[str]:
    """So many hostile texts, none like another; each has a word of its own, such as `h17`."""
    chance = random.Random(seed)
    makers: list[Callable[[random.Random], str]] = [_marked_up, _sequence, _hidden, _wide, _tower, _long, _mixed]
    return [f"h{place} {makers[place % len(makers)](chance)}" for place in range(number)]


def bundles(of: int = 10) -> list[str]:
    """The same texts, several to a text, a line each."""
    every = texts()
    return ["\n".join(every[start : start + of]) for start in range(0, len(every), of)]


def _in(patterns: tuple[str, ...], chance: random.Random) -> str:
    return chance.choice(patterns).replace("{}", chance.choice(_WORDS))


def _marked_up(chance: random.Random) -> str:
    return _in(_MARKUP, chance)


def _sequence(chance: random.Random) -> str:
    return _in(_SEQUENCES, chance)


def _hidden(chance: random.Random) -> str:
    return _in(_HIDDEN, chance)


def _wide(chance: random.Random) -> str:
    return _in(_WIDE, chance)


def _tower(chance: random.Random) -> str:
    return "".join(letter + "".join(chance.choices(_MARKS, k=chance.choice((5, 60)))) for letter in "Zalgo")


def _long(chance: random.Random) -> str:
    letters = chance.choice(("a", "W", "漢", "👍🏽", "e\u0301", "\u202ex", "[b]", "\x1b[31m", "-", "\u200bq"))
    return letters * (10_000 // len(letters))


def _mixed(chance: random.Random) -> str:
    return " ".join(make(chance) for make in (_marked_up, _sequence, _hidden, _wide, _tower))
