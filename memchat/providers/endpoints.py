"""Which server answers: from the config, or from the environment as everyone reads it."""

import difflib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from memchat.core.errors import ConfigError
from memchat.core.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"

LOCAL_SERVERS: Mapping[str, str] = {
    "ollama": "http://127.0.0.1:11434/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
    "llamacpp": "http://127.0.0.1:8080/v1",
    "vllm": "http://127.0.0.1:8000/v1",
}
"""Where local servers listen when nobody told them otherwise."""


class KeySource(Protocol):
    """Where a named endpoint's key is kept; `memchat.providers.keys.Keys` is one."""

    def get(self, endpoint_name: str) -> str | None:
        """The key of that endpoint, or none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server that speaks the OpenAI protocol.

    Attributes:
        base_url: Up to and including `/v1`, without a slash at the end.
        api_key: Empty where the server asks for none.
        model: The model to use there; empty leaves the choice.
        window: Its context window in tokens as configured; 0 is not known.
        local: Whether it runs on this machine.
        builtin: Whether memchat runs it itself.
        key_source: Where the key came from, for telling which one was refused.
    """

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)
    model: str = ""
    window: int = 0
    local: bool = False
    builtin: bool = False
    key_source: str = ""

    @property
    def noted_as(self) -> str:
        """Under what its models are noted: the built-in engine's address is another one each time."""
        return "builtin" if self.builtin else self.base_url


def chat_url(endpoint: Endpoint) -> str:
    """Where chat completions of an endpoint are asked for."""
    return f"{endpoint.base_url}/chat/completions"


def is_local(base_url: str) -> bool:
    """Whether a URL leads to this machine's loopback."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def clean_url(base_url: str) -> str:
    """A base URL as it is compared and used: with a scheme, without a slash at the end.

    Raises:
        ConfigError: It is not an http or https URL.
    """
    url = base_url.strip()
    if url and "://" not in url:
        url = f"{'http' if is_local(f'http://{url}') else 'https'}://{url}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        usable = usable and url.isprintable() and " " not in url
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            f'"{base_url}" is not the address of a server.', "Write it like http://127.0.0.1:8080/v1, with scheme."
        )
    return url.rstrip("/").removesuffix("/chat/completions")


def configured(settings: Settings, environ: Mapping[str, str], keys: KeySource) -> Endpoint | None:
    """The endpoint to use: the one that `model.endpoint` names, else the environment's, else the first configured.

    May ask the keyring, which can take a moment: not for the event loop's thread.

    Returns:
        None when nothing is configured, or when `model.endpoint` is `builtin`.

    Raises:
        ConfigError: The named endpoint is not known, or its address is none.
    """
    if settings.model.endpoint == "builtin":
        return None
    if settings.model.endpoint:
        return named(settings.model.endpoint, settings, environ, keys)
    found = from_environment(settings, environ, keys)
    if found is None and settings.endpoints:
        found = named(next(iter(settings.endpoints)), settings, environ, keys)
    return found


def named(name: str, settings: Settings, environ: Mapping[str, str], keys: KeySource) -> Endpoint:
    """The endpoint of that name: a configured one, `openai`, the environment's, or a usual local server.

    May ask the keyring, which can take a moment: not for the event loop's thread.

    Raises:
        ConfigError: There is none, or its address is none.
    """
    if name in settings.endpoints:
        return _from_config(name, settings, environ, keys)
    outside = from_environment(settings, environ, keys)
    if outside is not None and outside.name == name:
        return outside
    if name == "openai":
        key, source = _key_of(name, "OPENAI_API_KEY", environ, keys)
        return _made(name, OPENAI_URL, key, source, settings)
    if name in LOCAL_SERVERS:
        return _made(name, LOCAL_SERVERS[name], *_key_of(name, "", environ, keys), settings)
    known = [*settings.endpoints, "openai", *LOCAL_SERVERS]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    raise ConfigError(
        f'There is no endpoint named "{name}".',
        f"{hint}Known are {', '.join(known)}; add one under [endpoints.{name}].",
    )


def at(base_url: str, settings: Settings, environ: Mapping[str, str], keys: KeySource) -> Endpoint:
    """The endpoint at an address that was used before, if it is still known or on this machine.

    May ask the keyring, which can take a moment: not for the event loop's thread.

    Raises:
        ConfigError: None is known by that address any more, and it is not on this machine.
    """
    url = clean_url(base_url)
    outside = from_environment(settings, environ, keys)
    if outside is not None and _same_place(outside.base_url, url):
        return outside
    addresses = {name: entry.base_url for name, entry in settings.endpoints.items()}
    known = {"openai": OPENAI_URL, **LOCAL_SERVERS, **addresses}
    for name, address in known.items():
        if _is_at(address, url):
            return named(name, settings, environ, keys)
    if is_local(url):
        return Endpoint(name=urlsplit(url).netloc, base_url=url, local=True)
    raise ConfigError(f"There is no endpoint at {url} any more.", "Add it again under [endpoints.NAME].")


def _from_config(name: str, settings: Settings, environ: Mapping[str, str], keys: KeySource) -> Endpoint:
    entry = settings.endpoints[name]
    variable = entry.api_key_env
    if not variable and urlsplit(clean_url(entry.base_url)).hostname == urlsplit(OPENAI_URL).hostname:
        variable = "OPENAI_API_KEY"
    key, source = _key_of(name, variable, environ, keys)
    return _made(name, entry.base_url, key, source, settings, model=entry.model, window=entry.window)


def from_environment(settings: Settings, environ: Mapping[str, str], keys: KeySource) -> Endpoint | None:
    """The endpoint that `OPENAI_BASE_URL` and `OPENAI_API_KEY` name; none when neither is set.

    May ask the keyring, which can take a moment: not for the event loop's thread.

    Raises:
        ConfigError: The address is none.
    """
    base_url = environ.get("OPENAI_BASE_URL", "").strip()
    key = environ.get("OPENAI_API_KEY", "").strip()
    if not base_url and not key:
        return None
    url = clean_url(base_url or OPENAI_URL)
    for name, entry in settings.endpoints.items():
        if _is_at(entry.base_url, url):  # it has its own configuration, and so its own key
            return _from_config(name, settings, environ, keys)
    parts = urlsplit(url)
    name = "openai" if parts.hostname == urlsplit(OPENAI_URL).hostname else parts.netloc.rpartition("@")[2]
    return _made(name, url, key, "OPENAI_API_KEY", settings)


def _is_at(written: str, url: str) -> bool:
    """Whether a configured address is that of a clean URL; one that is none is told when its endpoint is used."""
    try:
        return _same_place(clean_url(written), url)
    except ConfigError:
        return False


def _same_place(one: str, other: str) -> bool:
    """Whether two clean URLs are spellings of one address: a host's case and a loopback's name make no other place."""

    def place(url: str) -> tuple[str, str, int | None, str]:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, "loopback" if is_local(url) else parts.hostname or "", port, parts.path

    return place(one) == place(other)


def _key_of(name: str, variable: str, environ: Mapping[str, str], keys: KeySource) -> tuple[str, str]:
    if variable and environ.get(variable, "").strip():
        return environ[variable].strip(), variable
    kept = (keys.get(name) or "").strip()
    return (kept, "the stored key") if kept else ("", variable)


def _made(
    name: str, base_url: str, key: str, source: str, settings: Settings, *, model: str = "", window: int = 0
) -> Endpoint:
    url = clean_url(base_url)
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(
            f"The API key for {name} holds characters that no key has.", f"Correct it in {source or 'its setting'}."
        )
    return Endpoint(
        name=name,
        base_url=url,
        api_key=key,
        model=settings.model.name or model,
        window=window or settings.model.window,
        local=is_local(url),
        key_source=source,
    )
