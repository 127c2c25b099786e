"""Which server answers, and which key goes to it."""

from collections.abc import Mapping

import pytest

from memchat.core.errors import ConfigError
from memchat.core.settings import EndpointSettings, ModelSettings, Settings
from memchat.providers.endpoints import OPENAI_URL, clean_url, configured, is_local, named

OPENAI_KEY = "sk-openai"


class KeptKeys:
    def __init__(self, **keys: str) -> None:
        self._keys = keys

    def get(self, endpoint_name: str) -> str | None:
        return self._keys.get(endpoint_name)


def settings(model: ModelSettings | None = None, **endpoints: EndpointSettings) -> Settings:
    return Settings(model=model or ModelSettings(), endpoints=endpoints)


NO_KEYS = KeptKeys()
GROQ = EndpointSettings(base_url="https://groq.example/v1/", model="fast", window=9000)


def test_nothing_is_configured() -> None:
    assert configured(settings(), {}, NO_KEYS) is None


def test_a_key_alone_is_for_openai() -> None:
    endpoint = configured(settings(), {"OPENAI_API_KEY": OPENAI_KEY}, NO_KEYS)
    assert endpoint is not None
    assert (endpoint.name, endpoint.base_url, endpoint.api_key, endpoint.local) == (
        "openai",
        OPENAI_URL,
        OPENAI_KEY,
        False,
    )
    assert endpoint.key_source == "OPENAI_API_KEY"


def test_a_base_url_of_the_environment_gets_its_key() -> None:
    environ = {"OPENAI_BASE_URL": "http://127.0.0.1:18181/v1/", "OPENAI_API_KEY": "k"}
    chosen = settings(ModelSettings(name="tiny", window=2048))
    endpoint = configured(chosen, environ, NO_KEYS)
    assert endpoint is not None
    assert (endpoint.name, endpoint.base_url, endpoint.api_key) == ("127.0.0.1:18181", "http://127.0.0.1:18181/v1", "k")
    assert (endpoint.local, endpoint.model, endpoint.window) == (True, "tiny", 2048)
    assert named("127.0.0.1:18181", chosen, environ, NO_KEYS) == endpoint


@pytest.mark.parametrize(
    ("environ", "keys", "key"),
    [
        ({"OPENAI_API_KEY": OPENAI_KEY}, {}, ""),
        ({"OPENAI_API_KEY": OPENAI_KEY}, {"groq": "kept"}, "kept"),
        ({"OPENAI_API_KEY": OPENAI_KEY, "OPENAI_BASE_URL": "https://groq.example/v1"}, {"groq": "kept"}, "kept"),
        ({"OPENAI_API_KEY": OPENAI_KEY, "OPENAI_BASE_URL": "https://groq.example/v1"}, {}, ""),
    ],
)
def test_the_openai_key_stays_away_from_a_configured_endpoint(
    environ: Mapping[str, str], keys: dict[str, str], key: str
) -> None:
    chosen = settings(ModelSettings(endpoint="groq"), groq=GROQ)
    endpoint = configured(chosen, environ, KeptKeys(**keys))
    assert endpoint is not None
    assert (endpoint.name, endpoint.api_key, endpoint.model, endpoint.window) == ("groq", key, "fast", 9000)
    assert OPENAI_KEY not in repr(endpoint)
    by_environment = configured(settings(groq=GROQ), environ, KeptKeys(**keys))
    assert by_environment is not None
    if "OPENAI_BASE_URL" in environ:
        assert by_environment.api_key == key


@pytest.mark.parametrize(
    ("entry", "given"),
    [
        ("http://127.0.0.1:8080/v1", "http://localhost:8080/v1/"),
        ("http://localhost:8080/v1", "HTTP://LOCALHOST:8080/v1"),
        ("https://groq.example/v1", "https://GROQ.example:443/v1"),
    ],
)
def test_another_spelling_of_a_configured_address_gets_no_openai_key(entry: str, given: str) -> None:
    environ = {"OPENAI_BASE_URL": given, "OPENAI_API_KEY": OPENAI_KEY}
    endpoint = configured(settings(mine=EndpointSettings(base_url=entry)), environ, NO_KEYS)
    assert endpoint is not None
    assert (endpoint.name, endpoint.api_key) == ("mine", "")


@pytest.mark.parametrize("key", ["ключ", "two\nlines"])
def test_a_key_that_cannot_be_one_is_told_without_it(key: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as caught:
        configured(settings(), {"OPENAI_API_KEY": key}, NO_KEYS)
    assert key not in str(caught.value)


def test_a_configured_endpoint_reads_the_variable_that_it_names() -> None:
    entry = EndpointSettings(base_url="https://groq.example/v1", api_key_env="GROQ_KEY")
    endpoint = named("groq", settings(groq=entry), {"GROQ_KEY": "g", "OPENAI_API_KEY": OPENAI_KEY}, KeptKeys(groq="no"))
    assert (endpoint.api_key, endpoint.key_source) == ("g", "GROQ_KEY")


def test_a_configured_openai_endpoint_reads_the_usual_variable() -> None:
    entry = EndpointSettings(base_url="https://api.openai.com/v1")
    assert named("work", settings(work=entry), {"OPENAI_API_KEY": OPENAI_KEY}, NO_KEYS).api_key == OPENAI_KEY


def test_the_first_configured_endpoint_is_taken_when_nothing_says_else() -> None:
    endpoint = configured(settings(groq=GROQ), {}, NO_KEYS)
    assert endpoint is not None
    assert endpoint.name == "groq"


def test_builtin_is_not_an_endpoint_of_the_network() -> None:
    assert configured(settings(ModelSettings(endpoint="builtin"), groq=GROQ), {"OPENAI_API_KEY": "k"}, NO_KEYS) is None


def test_usual_local_servers_have_names() -> None:
    endpoint = named("ollama", settings(), {}, NO_KEYS)
    assert (endpoint.base_url, endpoint.local) == ("http://127.0.0.1:11434/v1", True)


def test_an_unknown_name_is_told_with_the_near_one() -> None:
    with pytest.raises(ConfigError, match='"groq"'):
        named("grok", settings(groq=GROQ), {}, NO_KEYS)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("http://localhost:8080/v1/", "http://localhost:8080/v1"),
        ("localhost:8080/v1", "http://localhost:8080/v1"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        (" https://x.example/v1/chat/completions ", "https://x.example/v1"),
    ],
)
def test_addresses_are_taken_as_people_write_them(given: str, clean: str) -> None:
    assert clean_url(given) == clean


@pytest.mark.parametrize(
    "address",
    ["", "ftp://x", "http://", "http://x:99999/v1", "http://[::1", "file:///etc/passwd", "not a url", "http://x\n/v1"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="not the address"):
        clean_url(address)


def test_what_is_local() -> None:
    local = [
        "http://127.0.0.1/v1",
        "http://127.9.9.9:1/v1",
        "http://[::1]:8/v1",
        "http://localhost/v1",
        "http://0.0.0.0:1",
    ]
    assert all(map(is_local, local))
    assert not any(
        map(is_local, ["https://api.openai.com/v1", "http://192.168.1.2/v1", "http://localhost.evil.com/v1"])
    )
