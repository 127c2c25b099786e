"""Themes: memchat's own and the user's, each a TOML file.

A file holds `name`, `author`, `dark` and `ansi`, the colours by name, and a table `variables` with colours and
text styles for the parts of the screen. Only `name` and `primary` are needed; the rest is worked out.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from memchat.core.context import LAYERS
from memchat.paths import Paths

COLOURS = (
    "primary",
    "secondary",
    "accent",
    "background",
    "surface",
    "panel",
    "foreground",
    "success",
    "warning",
    "error",
    "boost",
)
"""The colours of a theme by name."""

_KEYS = ("name", "author", "dark", "ansi", *COLOURS, "variables")
_STYLES = {"none", "bold", "italic", "underline", "reverse", "strike", "dim", "b", "i", "u", "not"}
_OPACITY = re.compile(r" \d{1,3}%$")
_VARIABLE = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes:
    """What can be switched to, and which files cannot.

    Attributes:
        themes: memchat's own first.
        problems: A sentence for each file that is not used, with what is wrong in it.
    """

    themes: tuple[Theme, ...]
    problems: tuple[str, ...] = ()


class _BadTheme(Exception):
    """What is wrong with a theme's file."""


def load(paths: Paths) -> Themes:
    """memchat's own themes and those of the user's themes folder; a bad file hinders no other."""
    themes: dict[str, tuple[Theme, Path]] = {}
    problems: list[str] = []
    for file in (*_files(own_folder()), *_files(paths.themes_dir)):
        try:
            theme = read(file)
        except _BadTheme as bad:
            problems.append(f"The theme {file} is not used: {bad}")
            continue
        if theme.name in themes:
            problems.append(
                f"The theme {file} is not used: {themes[theme.name][1]} has the name `{theme.name}` already; "
                "give it another."
            )
        elif theme.name in BUILTIN_THEMES:
            problems.append(f"The theme {file} is not used: Textual has a theme `{theme.name}`; give it another name.")
        else:
            themes[theme.name] = (theme, file)
    return Themes(themes=tuple(theme for theme, _ in themes.values()), problems=tuple(problems))


def own(name: str) -> Theme | None:
    """memchat's own theme of that name, without a look at any other; none when there is none."""
    try:
        theme = read(own_folder() / f"{Path(name).name}.toml")
    except _BadTheme:
        return None
    return theme if theme.name == name else None


def own_folder() -> Path:
    """Where memchat's own themes lie: in the package when installed, beside it in a source tree."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.toml"))
    except OSError:
        return []


def read(file: Path) -> Theme:
    """The theme in `file`.

    Raises:
        _BadTheme: It cannot be read or used; the text says which key and why.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _BadTheme(f"it cannot be read ({error.strerror or error}).") from error
    except UnicodeDecodeError as error:
        raise _BadTheme("it is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise _BadTheme(f"it is not TOML ({error}).") from error
    for key in table:
        if key not in _KEYS:
            raise _BadTheme(f"`{key}` is not known{_near(key, _KEYS)}.")
    theme = Theme(
        name=_text(table, "name"),
        dark=_flag(table, "dark", default=True),
        ansi=_flag(table, "ansi", default=False),
        primary=_colour("primary", _text(table, "primary")),
        variables=_variables(table.get("variables", {})),
    )
    for name in COLOURS[1:]:
        if name in table:
            setattr(theme, name, _colour(name, _text(table, name)))
    theme.variables = {**variable_defaults(theme), **theme.variables}
    return theme


_READABLE = 4.5
"""The least contrast of small text with what is under it."""


def variable_defaults(theme: Theme) -> dict[str, str]:
    """memchat's own variables for a theme that does not name them.

    Args:
        theme: Any theme; its colours are taken for the parts of the screen.
    """
    system = {} if theme.ansi else theme.to_color_system().generate()

    def pick(name: str, otherwise: str) -> str:
        return getattr(theme, name) or system.get(name) or otherwise

    foreground = pick("foreground", "ansi_default")
    if theme.ansi:
        dim = rule = "ansi_bright_black"
    else:
        background = Color.parse(pick("background", "#000000"))
        grounds = [Color.parse(pick(name, background.hex)) for name in ("background", "surface")]
        dim = _readable(background.blend(Color.parse(foreground), 0.72).hex, grounds, foreground)
        rule = background.blend(Color.parse(foreground), 0.22).hex
    accent = pick("accent", theme.primary)
    layers = ("dim", "secondary", "accent", "primary", "success", "warning", "error")
    found = {
        "dim": dim,
        "rule": rule,
        "user-message": accent if theme.ansi else _readable(accent, grounds, foreground),
        "assistant-message": theme.primary if theme.ansi else _readable(theme.primary, grounds, foreground),
        "new-text": pick("success", theme.primary),
        "new-text-background": pick("background", "ansi_default"),
        "layer-reserve": rule,
        "layer-free": rule,
    }
    if theme.ansi:  # Textual's own style sheets name these, and only its own themes define them
        found |= {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}
    for layer, source in zip(LAYERS, layers, strict=True):
        colour = dim if source == "dim" else pick(source, theme.primary)
        found[f"layer-{layer}"] = colour if theme.ansi else _readable(colour, grounds, foreground)
    return found


def _readable(colour: str, grounds: Sequence[Color], foreground: str) -> str:
    """`colour`, nearer to the foreground where it stands out too little from what text stands on."""
    found = Color.parse(colour)
    for share in range(0, 10, 2):
        mixed = found.blend(Color.parse(foreground), share / 10)
        if all(_contrast(mixed, ground) >= _READABLE for ground in grounds):
            return mixed.hex
    return foreground


def _contrast(first: Color, second: Color) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    """As WCAG has it."""
    parts = (part / 255 for part in colour.rgb)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _text(table: dict[str, Any], key: str) -> str:
    if key not in table:
        raise _BadTheme(f"`{key}` is missing.")
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise _BadTheme(f"`{key}` must be text in quotes, not {value!r}.")
    return value.strip()


def _flag(table: dict[str, Any], key: str, *, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise _BadTheme(f"`{key}` must be true or false, not {value!r}.")
    return value


def _colour(key: str, value: str, shown: str = "") -> str:
    """`value` when it is a colour."""
    try:
        Color.parse(value)
    except ColorParseError as error:
        raise _BadTheme(f'`{key} = "{shown or value}"` is not a colour; write one as "#336699" or by name.') from error
    return value


def _variables(table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise _BadTheme("`variables` must be a table.")
    found: dict[str, str] = {}
    for name in table:
        if not _VARIABLE.fullmatch(name):
            raise _BadTheme(f"`variables.{name}` is not a name; use small letters, digits and hyphens.")
        value = _text(table, name)
        if name.endswith("-style"):
            if not set(value.split()) <= _STYLES:
                raise _BadTheme(f'`variables.{name} = "{value}"` is not a text style such as "bold" or "none".')
            found[name] = value
        else:
            _colour(f"variables.{name}", _OPACITY.sub("", value), value)
            found[name] = value
    return found


def _near(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""
