"""Settings: where they come from, what is refused, and how they are written."""

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memchat.config import load, set_endpoint, set_value, show
from memchat.core.errors import ConfigError
from memchat.core.settings import Settings
from memchat.paths import Paths


def write(paths: Paths, text: str) -> None:
    paths.config_file.write_text(text, encoding="utf-8")


def test_without_a_file_every_setting_has_its_default(paths: Paths) -> None:
    assert load(paths, {}) == Settings()


def test_the_command_line_beats_the_environment_which_beats_the_file(paths: Paths) -> None:
    write(paths, "[memory]\nfold_messages = 10\nwindow_messages = 11\nrecall_items = 12\n")
    environ = {"MEMCHAT_MEMORY__FOLD_MESSAGES": "20", "MEMCHAT_MEMORY__WINDOW_MESSAGES": "21"}
    memory = load(paths, environ, {"memory.fold_messages": "30"}).memory
    assert (memory.fold_messages, memory.window_messages, memory.recall_items) == (30, 21, 12)


def test_memchat_model_names_the_model(paths: Paths) -> None:
    assert load(paths, {"MEMCHAT_MODEL": "qwen"}).model.name == "qwen"


def test_an_empty_memchat_model_is_none(paths: Paths) -> None:
    write(paths, '[model]\nname = "qwen"\n')
    assert load(paths, {"MEMCHAT_MODEL": ""}).model.name == "qwen"


def test_an_endpoint_of_the_environment_needs_its_address(paths: Paths) -> None:
    with pytest.raises(ConfigError, match="has no `base_url`"):
        load(paths, {"MEMCHAT_ENDPOINTS__BOX__MODEL": "qwen"})


def test_a_file_that_is_no_text_is_told(paths: Paths) -> None:
    paths.config_file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(paths, {})


def test_the_users_own_profile_fields_join_the_default_ones(paths: Paths) -> None:
    write(paths, '[profile.fields]\nshoe_size = "in EU sizes"\n')
    fields = load(paths, {}).profile.fields
    assert fields["shoe_size"] == "in EU sizes"
    assert "occupation" in fields


def test_a_list_is_written_as_toml_does_or_with_commas(paths: Paths) -> None:
    write(paths, '[profile]\nseveral = ["goals", "diet"]\n\n[profile.fields]\ndiet = "what the user does not eat"\n')
    assert load(paths, {}).profile.several == ("goals", "diet")
    assert load(paths, {"MEMCHAT_PROFILE__SEVERAL": "diet"}).profile.several == ("diet",)
    set_value(paths, "profile.by_hand", "name, diet")
    assert load(paths, {}).profile.by_hand == ("name", "diet")
    set_value(paths, "profile.by_hand", '["name"]')
    assert load(paths, {}).profile.by_hand == ("name",)
    set_value(paths, "profile.by_hand", "")
    assert load(paths, {}).profile.by_hand == ()


def test_a_space_whose_name_cannot_be_one_is_refused_where_it_is_set(paths: Paths) -> None:
    with pytest.raises(ConfigError, match="cannot be called"):
        set_value(paths, "memory.space", "My Work")
    with pytest.raises(ConfigError, match="MEMCHAT_MEMORY__SPACE"):
        load(paths, {"MEMCHAT_MEMORY__SPACE": "My Work"})


def test_endpoints_are_tables(paths: Paths) -> None:
    write(paths, '[endpoints.box]\nbase_url = "http://box:8000/v1"\nwindow = 32768\n')
    box = load(paths, {}).endpoints["box"]
    assert (box.base_url, box.window, box.model) == ("http://box:8000/v1", 32768, "")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[memory]\n\nfold_mesages = 3\n", 3, "Did you mean `memory.fold_messages`"),
        ("[memory]\nmode = 'all'\n", 2, "one of `buffer`, `window`, `summary`, `hybrid`"),
        ("[memory]\nfold_messages = 'six'\n", 2, "a whole number"),
        ("[memory]\nfold_messages = 6.5\n", 2, "a whole number"),
        ("[memory]\nfold_messages = true\n", 2, "a whole number"),
        ("[memory]\nrecall_floor = 7\n", 2, "from 0 to 1"),
        ("[memory]\nrecall_floor = nan\n", 2, "a number"),
        ("[memory]\nenabled = 'maybe'\n", 2, "true or false"),
        ("[model]\nname = 3\n", 2, "in quotes"),
        ("model = 3\n", 1, "must be a table"),
        ("[endpoints.box]\nmodel = 'x'\n", 1, "no `base_url`"),
        ("[learning]\nconfidence = 1.5\n", 2, "from 0 to 1"),
        ("[learning]\nkeep_messages_days = -1\n", 2, "from 0 to"),
        ("[learning.keep_days]\nevents = 3\n", 2, "Did you mean `learning.keep_days.event`"),
        ("[learning.keep_days]\nevent = -3\n", 2, "from 0 to"),
        ("[profile]\nseveral = 'goals, '\nby_hand = 3\n", 3, "a list of texts"),
        ("[profile]\nby_hand = ['shoe_size']\n", 2, "no such field"),
    ],
)
def test_a_wrong_setting_is_told_with_file_line_and_remedy(paths: Paths, text: str, line: int, says: str) -> None:
    write(paths, text)
    with pytest.raises(ConfigError) as caught:
        load(paths, {})
    assert f"{paths.config_file}:{line}:" in str(caught.value)
    assert says in str(caught.value)


def test_a_file_that_is_not_toml_is_told_with_its_line(paths: Paths) -> None:
    write(paths, "[memory]\nfold_messages = = 3\n")
    with pytest.raises(ConfigError, match="line 2"):
        load(paths, {})


def test_a_variable_that_names_no_setting_is_told(paths: Paths) -> None:
    with pytest.raises(ConfigError, match="MEMCHAT_MEMORY__FOLD"):
        load(paths, {"MEMCHAT_MEMORY__FOLD": "3"})


def test_setting_a_value_keeps_comments_and_order(paths: Paths) -> None:
    write(paths, '# mine\n[model]\nname = "a" # the good one\n\n[memory]\nmode = "window"\n')
    set_value(paths, "model.name", "b")
    set_value(paths, "memory.fold_messages", "8")
    text = paths.config_file.read_text(encoding="utf-8")
    assert text.startswith('# mine\n[model]\nname = "b" # the good one\n')
    assert load(paths, {}).memory.fold_messages == 8
    assert load(paths, {}).memory.mode == "window"


def test_the_file_is_readable_by_its_owner_only(paths: Paths) -> None:
    set_value(paths, "model.name", "b")
    assert stat.S_IMODE(paths.config_file.stat().st_mode) == 0o600


def test_a_broken_file_is_never_written_over(paths: Paths) -> None:
    write(paths, "[[[")
    with pytest.raises(ConfigError):
        set_value(paths, "model.name", "b")
    assert paths.config_file.read_text(encoding="utf-8") == "[[["


def test_a_wrong_value_is_refused_before_writing(paths: Paths) -> None:
    for key, value in (
        ("memory.mode", "x"),
        ("memory.nothing", "1"),
        ("memory", "1"),
        ("endpoints.box.model", "m"),
        ("profile.by_hand", "shoe_size"),
    ):
        with pytest.raises(ConfigError):
            set_value(paths, key, value)
    assert not paths.config_file.exists()


def test_a_file_that_cannot_be_written_is_told(paths: Paths) -> None:
    blocked = Paths(config_dir=Path("/dev/null/x"), data_dir=paths.data_dir, cache_dir=paths.cache_dir)
    with pytest.raises(ConfigError, match="cannot be"):
        set_value(blocked, "model.name", "b")


def test_an_endpoint_is_written_as_a_table(paths: Paths) -> None:
    set_endpoint(paths, "box", {"base_url": "http://box/v1", "model": "m"})
    assert load(paths, {}).endpoints["box"].model == "m"
    for name in ("", "a b", "builtin", "x.y"):
        with pytest.raises(ConfigError):
            set_endpoint(paths, name, {"base_url": "http://box/v1"})


def test_show_says_where_each_value_is_from(paths: Paths) -> None:
    write(paths, "[memory]\nfold_messages = 10\n")
    shown = {item.key: item for item in show(paths, {"MEMCHAT_MODEL": "m"})}
    assert shown["memory.fold_messages"].source == str(paths.config_file)
    assert shown["model.name"].source == "MEMCHAT_MODEL"
    assert (shown["memory.mode"].value, shown["memory.mode"].source) == ("hybrid", "default")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(name=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=60))
def test_any_text_comes_back_as_it_was_written(paths: Paths, name: str) -> None:
    set_value(paths, "model.name", name)
    assert load(paths, {}).model.name == name
