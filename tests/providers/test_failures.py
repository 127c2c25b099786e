"""What the client says when it fails: a sentence, a next step, and never the key."""

import asyncio
import logging
import re
import ssl

import pytest

from memchat.core.chat import ChatRequest
from memchat.core.errors import ModelError
from memchat.core.settings import ModelSettings
from memchat.providers.client import ChatModel
from memchat.providers.endpoints import Endpoint
from memchat.providers.failures import from_network, from_status, server_message
from memchat.providers.scripted import ScriptedServer, Status
from tests.providers.talking import AT_ONCE, HELLO, parts_of, talking

KEY = "sk-abcdefghijklmnop"
ONCE = ModelSettings(attempts=1, connect_seconds=5)


async def failure_of(model: ChatModel, request: ChatRequest = HELLO) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await parts_of(model, request)
    return caught.value


async def told(status: Status, **options: str) -> ModelError:
    async with ScriptedServer(status) as server, talking(server, settings=ONCE, **options) as model:
        return await failure_of(model)


async def test_a_wrong_key_names_where_it_came_from() -> None:
    async with ScriptedServer([], key="another") as server, talking(server, key=KEY) as model:
        failure = await failure_of(model)
        assert len(server.requests) == 1
    assert "refused the API key from HERE_KEY" in str(failure)
    assert not failure.retryable


async def test_a_missing_key_asks_for_one() -> None:
    assert "asks for an API key" in str(await told(Status(401, "no key")))


async def test_an_unknown_model_is_told_with_the_near_ones() -> None:
    models = ["qwen2.5-1.5b", "smollm2-135m", "zebra"]
    async with (
        ScriptedServer(Status(404, "The model does not exist"), models=models) as server,
        talking(server, name="qwen2.5-15b") as model,
    ):
        failure = await failure_of(model)
    assert "no model named qwen2.5-15b" in failure.sentence
    assert failure.next_step.startswith("It has qwen2.5-1.5b")
    assert "zebra" not in failure.next_step


async def test_an_unknown_page_is_told_with_the_base_url() -> None:
    async with ScriptedServer() as server, talking(f"{server.root_url}/v2", name="m") as model:
        assert "/v1" in (await failure_of(model)).next_step


async def test_a_request_longer_than_the_window() -> None:
    said = "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens"
    failure = await told(Status(400, said, kind="context_length_exceeded"))
    assert "9000" in failure.sentence
    assert "model.window" in failure.next_step


async def test_no_quota_is_not_tried_again() -> None:
    said = Status(429, "You exceeded your current quota, please check your plan", kind="insufficient_quota")
    async with ScriptedServer(said) as server, talking(server) as model:
        failure = await failure_of(model)
        assert len(server.requests) == 1
    assert "no quota left" in failure.sentence
    assert not failure.retryable


async def test_nobody_listens() -> None:
    async with ScriptedServer() as server:
        url = server.base_url
    async with talking(url, settings=ONCE) as model:
        failure = await failure_of(model)
    assert url in failure.sentence
    assert "running" in failure.next_step
    assert failure.retryable


async def test_a_name_that_does_not_resolve() -> None:
    async with talking("http://no-such-host.invalid/v1", settings=ONCE) as model:
        assert re.search("cannot be found", str(await failure_of(model)))


async def test_a_server_without_tls() -> None:
    async with ScriptedServer() as server:
        url = server.base_url.replace("http:", "https:")
        async with talking(url) as model:
            assert "http or https" in str(await failure_of(model))


async def test_a_connection_that_is_not_taken() -> None:
    import httpx2

    failure = from_network(Endpoint(name="far", base_url="https://far.example/v1"), httpx2.ConnectTimeout("slow"))
    assert "model.connect_seconds" in failure.next_step


def test_a_bad_certificate() -> None:
    error = OSError("wrapped")
    error.__cause__ = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    failure = from_network(Endpoint(name="far", base_url="https://far.example/v1"), error)
    assert "secure connection" in failure.sentence
    assert not failure.again


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 418, 422, 429, 500, 503])
async def test_the_key_is_never_told(code: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = f"Bad key {KEY} and Incorrect API key provided: sk-abcd****mnop, gsk_0123456789abcdef"
    async with ScriptedServer(Status(code, said)) as server, talking(server, key=KEY, settings=ONCE) as model:
        failure = await failure_of(model)
    chain: list[BaseException] = [failure]
    while chain[-1].__cause__ or (chain[-1].__context__ and not chain[-1].__suppress_context__):
        chain.append(chain[-1].__cause__ or chain[-1].__context__)  # type: ignore[arg-type]
    words = " ".join(f"{error} {error!r}" for error in chain) + caplog.text
    for secret in (KEY, "sk-abcd", "gsk_0123"):
        assert secret not in words


@pytest.mark.parametrize("code", [400, 402, 403, 404, 413, 418, 422, 429, 451, 500, 503])
def test_every_status_is_a_sentence_with_a_next_step(code: int) -> None:
    endpoint = Endpoint(name="far", base_url="https://far.example/v1")
    for body in (None, "", "<html>nginx</html>", {"error": {"message": "why.\x1b[31m\nnot"}}, {"detail": [1]}, [1, 2]):
        failure = from_status(endpoint, "m", code, body, {})
        assert failure.sentence.endswith(".")
        assert failure.next_step.endswith(".")
        assert "\x1b" not in str(failure)
        assert "html" not in str(failure)


def test_a_long_message_is_shortened() -> None:
    assert len(server_message("x" * 10_000, "")) <= 240


async def test_two_at_once_share_one_client() -> None:
    async with ScriptedServer(Status(400, "no")) as server:
        endpoint = Endpoint(name="here", base_url=server.base_url, local=True)
        model = ChatModel(endpoint, "m", ModelSettings(), backoff=AT_ONCE)
        results = await asyncio.gather(model.complete(HELLO), model.complete(HELLO), return_exceptions=True)
        await model.close()
        await model.close()
    assert all(isinstance(result, ModelError) for result in results)
