"""Themes: memchat's own are whole and legible, the user's are read or refused in a sentence."""

from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from memchat.core.context import LAYERS
from memchat.paths import Paths
from memchat.tui import themes

OWN = ("memchat-ansi", "memchat-contrast", "memchat-dark", "memchat-light")
TEXT = (
    *("foreground", "primary", "secondary", "accent", "success", "warning", "error"),
    *("dim", "text-muted", "user-message", "assistant-message", "new-text", "footer-key-foreground"),
    *(f"layer-{layer}" for layer in LAYERS),
)


def luminance(colour: Color) -> float:
    channels = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def contrast(front: str, back: str) -> float:
    light, dark = sorted((luminance(Color.parse(front)), luminance(Color.parse(back))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour_of(theme: Theme, name: str) -> str:
    return theme.variables.get(name) or str(getattr(theme, name))


def own(name: str, paths: Paths) -> Theme:
    return next(theme for theme in themes.load(paths).themes if theme.name == name)


def user_theme(paths: Paths, file: str, text: str) -> Path:
    paths.themes_dir.mkdir(parents=True, exist_ok=True)
    target = paths.themes_dir / file
    target.write_text(text, encoding="utf-8")
    return target


def test_own_themes_are_all_good(paths: Paths) -> None:
    found = themes.load(paths)
    assert tuple(theme.name for theme in found.themes) == OWN
    assert found.problems == ()
    names = {frozenset(theme.variables) for theme in found.themes}
    for theme in found.themes:
        assert {f"layer-{layer}" for layer in LAYERS} < theme.variables.keys()
    assert all({"dim", "rule", "user-message", "new-text"} < set(each) for each in names)


@pytest.mark.parametrize(("name", "least"), [("memchat-dark", 4.5), ("memchat-light", 4.5), ("memchat-contrast", 7.0)])
def test_text_is_legible(paths: Paths, name: str, least: float) -> None:
    theme = own(name, paths)
    for back in ("background", "surface"):
        for front in TEXT:
            assert contrast(colour_of(theme, front), colour_of(theme, back)) >= least, f"{front} on {back}"
    cursor = [theme.variables[f"block-cursor-{part}"] for part in ("foreground", "background")]
    assert contrast(*cursor) >= least
    assert contrast(theme.variables["new-text"], theme.variables["new-text-background"]) >= least
    assert contrast(colour_of(theme, "foreground"), theme.variables["block-cursor-blurred-background"]) >= least


def test_the_ansi_theme_has_the_terminals_colours_only(paths: Paths) -> None:
    theme = own("memchat-ansi", paths)
    assert theme.ansi
    for name in themes.COLOURS:
        assert (getattr(theme, name) or "ansi_default").startswith("ansi_")
    for name, value in theme.variables.items():
        assert name.endswith("-style") or value.startswith("ansi_"), name


def test_every_builtin_theme_gets_our_variables(paths: Paths) -> None:
    wanted = themes.variable_defaults(own("memchat-dark", paths)).keys()
    for theme in BUILTIN_THEMES.values():
        found = themes.variable_defaults(theme)
        assert found.keys() - {"ansi-background", "ansi-foreground"} == wanted
        for value in found.values():
            Color.parse(value)


@pytest.mark.parametrize("name", [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi])
def test_signs_and_names_of_kinds_are_legible_in_textuals_own_themes(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    system = theme.to_color_system().generate()
    found = themes.variable_defaults(theme)
    for back in ("background", "surface"):
        # Where a theme's own text stands out less than that, nothing can stand out more.
        least = min(4.5, contrast(system["foreground"], system[back])) - 0.05
        for front in ("dim", "user-message", "assistant-message", *(f"layer-{layer}" for layer in LAYERS)):
            assert contrast(found[front], system[back]) >= least, f"{front} on {back}"


def test_a_users_theme_is_loaded_and_filled_up(paths: Paths) -> None:
    user_theme(paths, "a.toml", 'name = "mine"\nprimary = "#336699"\n[variables]\nlayer-user = "#ff0000 50%"\n')
    found = themes.load(paths)
    assert found.problems == ()
    mine = found.themes[-1]
    assert (mine.name, mine.variables["layer-user"]) == ("mine", "#ff0000 50%")
    assert mine.variables["layer-profile"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('primary = "#336699"', "`name` is missing"),
        ('name = "x"', "`primary` is missing"),
        ('name = "x"\nprimary = "#33669"', '`primary = "#33669"` is not a colour'),
        ('name = "x"\nprimary = 3', "`primary` must be text in quotes, not 3"),
        ('name = "x"\nprimary = "red"\ndark = "yes"', "`dark` must be true or false, not 'yes'"),
        ('name = "x"\nprimery = "red"', "`primery` is not known; did you mean `primary`?"),
        ('name = "x"\nprimary = "red"\nvariables = 1', "`variables` must be a table"),
        ('name = "x"\nprimary = "red"\n[variables]\nLayer = "red"', "`variables.Layer` is not a name"),
        ('name = "x"\nprimary = "red"\n[variables]\nlayer = "reed"', '`variables.layer = "reed"` is not a colour'),
        ('name = "x"\nprimary = "red"\n[variables]\na-style = "loud"', "is not a text style"),
        ("name = ", "it is not TOML"),
        ('name = "memchat-dark"\nprimary = "red"', "has the name `memchat-dark` already"),
        ('name = "nord"\nprimary = "red"', "Textual has a theme `nord`"),
    ],
)
def test_a_bad_theme_is_refused_in_a_sentence(paths: Paths, text: str, sentence: str) -> None:
    file = user_theme(paths, "bad.toml", text)
    found = themes.load(paths)
    assert tuple(theme.name for theme in found.themes) == OWN
    (problem,) = found.problems
    assert str(file) in problem
    assert sentence in problem


def test_what_is_not_text_or_not_readable_is_refused(paths: Paths) -> None:
    user_theme(paths, "bytes.toml", "").write_bytes(b"\xff\xfe\x00")
    (paths.themes_dir / "folder.toml").mkdir()
    problems = themes.load(paths).problems
    assert len(problems) == 2
    assert "not UTF-8" in problems[0]
    assert "cannot be read" in problems[1]


async def test_themes_switch_while_running(paths: Paths) -> None:
    class Bare(App[None]):
        def get_theme_variable_defaults(self) -> dict[str, str]:
            return themes.variable_defaults(self.current_theme)

    app = Bare()
    for theme in themes.load(paths).themes:
        app.register_theme(theme)
    async with app.run_test() as pilot:
        for name in (*OWN, "nord", "textual-light", "ansi-dark"):
            app.theme = name
            await pilot.pause()
            assert "layer-user" in app.theme_variables
