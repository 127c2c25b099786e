"""The engine's failures, told in sentences; the child's habits. Real answers: tests/end_to_end."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from memchat.core.errors import ModelError
from memchat.providers import machine
from memchat.providers.engine import Engine
from memchat.providers.weights import Weights


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    return Weights(tmp_path)


def engine_for(weights: Weights, **options: Any) -> Engine:
    return Engine(weights, memory=options.pop("memory", lambda: 10**11), **options)


async def test_a_model_that_is_not_here_names_the_pull(weights: Weights) -> None:
    with pytest.raises(ModelError, match="not on this machine yet") as caught:
        await engine_for(weights).start("smollm2-135m")
    assert caught.value.next_step == "Run memchat models pull smollm2-135m."
    with pytest.raises(ModelError, match=r"Did you mean qwen2\.5-coder-1\.5b"):
        await engine_for(weights).start("qwen2.5-coder-1.5")


@pytest.mark.parametrize(
    "content", [b"", b"not a model at all", b"GGUF" + bytes(100_000)], ids=["empty", "other", "cut"]
)
async def test_a_damaged_file_is_told(weights: Weights, content: bytes) -> None:
    (weights.folder / "smollm2-135m.gguf").write_bytes(content)
    engine = engine_for(weights)
    with pytest.raises(ModelError, match="the file may be damaged") as caught:
        await engine.start("smollm2-135m")
    assert "memchat models remove smollm2-135m" in caught.value.next_step
    assert engine.running is None
    assert engine.pid is None
    await engine.stop()


async def test_too_little_memory_is_told_before_a_start(weights: Weights) -> None:
    (weights.folder / "qwen2.5-coder-1.5b.gguf").write_bytes(b"")
    with pytest.raises(ModelError, match=r"needs about 1\.7 GB of memory, and 0\.5 GB are free") as caught:
        await engine_for(weights, memory=lambda: 500_000_000).start("qwen2.5-coder-1.5b")
    assert "smaller model" in caught.value.next_step


async def test_a_start_that_takes_too_long_is_given_up(weights: Weights) -> None:
    (weights.folder / "smollm2-135m.gguf").write_bytes(b"")
    engine = engine_for(weights, seconds=0.0)
    with pytest.raises(ModelError, match="did not get smollm2-135m ready"):
        await engine.start("smollm2-135m")
    assert engine.pid is None


async def test_a_missing_interpreter_is_told(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    (weights.folder / "smollm2-135m.gguf").write_bytes(b"")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ModelError, match="cannot be started: No such file"):
        await engine_for(weights).start("smollm2-135m")


async def child(order: dict[str, Any] | None) -> tuple[int | None, bytes]:
    """Runs the child with an order, or with a stdin that ends at once; its exit code and answer."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "memchat.providers.engine_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    answer, _ = await process.communicate(b"" if order is None else json.dumps(order).encode() + b"\n")
    return process.returncode, answer


async def test_a_child_without_an_order_ends() -> None:
    assert await child(None) == (0, b"")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the parent's death by signal")
async def test_a_child_whose_parent_is_gone_already_ends() -> None:
    assert await child({"parent": os.getpid() + 1}) == (0, b"")


def test_the_machine_has_memory_and_cores() -> None:
    assert machine.available_memory() > 10**8
    assert 1 <= machine.physical_cores() <= (os.cpu_count() or 1)


def test_a_control_group_limits_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("control groups are Linux's")
    (tmp_path / "memory.max").write_text("300000000\n")
    (tmp_path / "memory.current").write_text("100000000\n")
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    assert machine.available_memory() == 200_000_000
    assert machine.physical_cores() == 1


async def test_a_start_that_is_under_way_can_be_ended(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    (weights.folder / "smollm2-135m.gguf").write_bytes(b"")
    engine = engine_for(weights)
    spawned = asyncio.Event()

    async def silent() -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import time; time.sleep(60)", stdin=pipe, stdout=pipe, stderr=pipe
        )
        spawned.set()
        return process

    monkeypatch.setattr(engine, "_spawn", silent)
    starting = asyncio.create_task(engine.start("smollm2-135m"))
    await spawned.wait()
    await asyncio.sleep(0.05)
    async with asyncio.timeout(30):
        await engine.stop()
        with pytest.raises(ModelError):
            await starting
    assert engine.pid is None
