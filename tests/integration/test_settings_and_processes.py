"""Real children under supervision, a real redis-server, and settings as processes meet them."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis as redis_client
from rich.console import Console

from calls.live import LiveFeed
from ops.demo import News
from ops.demo_house import DemoFailed
from ops.processes import RESTART_SECONDS, ProcessSpec, Supervisor
from ops.redis_server import RedisServer, RedisServerUnavailable, answering_pid, find_binary
from security.masking import mask_number
from tests.fakes.environment import demo

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
STAYS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS
WITH_CHILD = (
    "import subprocess, sys; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print(child.pid, flush=True); " + STAYS
)
SUPERVISES = """
import os, sys, time
from pathlib import Path
from ops.processes import ProcessSpec, Supervisor, parent_death_signal
from ops.redis_server import RedisServer
redis = RedisServer(Path(sys.argv[1]), first_act=parent_death_signal())
redis.start()
supervisor = Supervisor(Path(sys.argv[1]), os.environ)
for name in ("one", "two"):
    supervisor.start(ProcessSpec(name, (sys.executable, "-c", "import time; time.sleep(60)")))
print(supervisor.pid("one"), supervisor.pid("two"), redis.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    held = Supervisor(tmp_path / "logs", os.environ)
    yield held
    held.stop()


def child(name: str, code: str) -> ProcessSpec:
    return ProcessSpec(name, (PYTHON, "-c", code))


def eventually(claim: Callable[[], object], seconds: float = 6.0) -> None:
    limit = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < limit, f"not within {seconds} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def started(supervisor: Supervisor, spec: ProcessSpec) -> int:
    supervisor.start(spec)
    log = supervisor.log_of(spec.name)
    eventually(lambda: "up" in log.read_text(encoding="utf-8"))
    pid = supervisor.pid(spec.name)
    assert pid is not None
    return pid


def test_a_killed_child_is_started_again(supervisor: Supervisor) -> None:
    first = started(supervisor, child("web", STAYS))
    killed_at = time.monotonic()
    os.kill(first, signal.SIGKILL)

    eventually(lambda: supervisor.pid("web") not in (None, first))

    assert time.monotonic() - killed_at >= RESTART_SECONDS, "it died young"


def test_a_child_that_keeps_dying_is_started_ever_more_rarely(supervisor: Supervisor) -> None:
    supervisor.start(child("web", "import time; print(time.monotonic(), flush=True)"))
    log = supervisor.log_of("web")
    eventually(lambda: log.read_text().count("\n") >= 3)

    first, second, third = (float(line) for line in log.read_text().split()[:3])

    assert second - first >= RESTART_SECONDS
    assert third - second >= 2 * RESTART_SECONDS


def test_a_child_of_another_is_not_touched_by_its_death(supervisor: Supervisor) -> None:
    web = started(supervisor, child("web", STAYS))
    media = started(supervisor, child("media", STAYS))
    os.kill(web, signal.SIGKILL)

    eventually(lambda: supervisor.pid("web") not in (None, web))

    assert supervisor.pid("media") == media


def test_stop_leaves_no_process_behind(supervisor: Supervisor) -> None:
    web = started(supervisor, child("web", WITH_CHILD))
    grandchild = int(supervisor.log_of("web").read_text().split()[0])
    assert is_alive(grandchild)

    supervisor.stop()

    assert not is_alive(web) and supervisor.pid("web") is None
    eventually(lambda: not is_alive(grandchild), seconds=1)  # killed; the system clears it away


def test_what_a_killed_child_left_in_its_group_goes_with_it(supervisor: Supervisor) -> None:
    web = started(supervisor, child("web", WITH_CHILD))
    grandchild = int(supervisor.log_of("web").read_text().split()[0])
    os.kill(web, signal.SIGKILL)

    eventually(lambda: not is_alive(grandchild))


def test_a_child_that_ignores_the_request_to_stop_is_killed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.processes.STOP_SECONDS", 0.3)
    web = started(supervisor, child("web", STUBBORN))

    supervisor.stop()

    assert not is_alive(web)


def test_a_child_that_was_started_again_is_stopped_as_gently_as_the_others(
    supervisor: Supervisor,
) -> None:
    says_bye = (
        "import signal, sys; "
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit())); "
    )
    first = started(supervisor, child("web", says_bye + STAYS))
    os.kill(first, signal.SIGKILL)
    log = supervisor.log_of("web")
    eventually(lambda: log.read_text().count("up") == 2)

    supervisor.stop()

    assert log.read_text().endswith("bye\n")


def test_a_child_that_cannot_be_started_is_said_at_once(supervisor: Supervisor) -> None:
    with pytest.raises(FileNotFoundError):
        supervisor.start(ProcessSpec("web", ("/nonexistent/program",)))


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    house = subprocess.Popen(
        [PYTHON, "-c", SUPERVISES, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert house.stdout is not None
    children = [int(pid) for pid in house.stdout.readline().split()]
    assert len(children) == 3 and all(is_alive(pid) for pid in children)

    house.kill()
    house.wait(5)
    house.stdout.close()

    eventually(lambda: not any(is_alive(pid) for pid in children))


def test_a_redis_server_of_our_own_starts_answers_and_ends(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()
    pid = server.pid
    assert pid is not None and answering_pid(server.port) == pid
    with redis_client.Redis.from_url(server.url) as client:
        client.set("kept", "yes")

    server.stop()

    assert answering_pid(server.port) is None and not is_alive(pid)
    server.stop()  # once more does no harm
    again = RedisServer(tmp_path)
    again.start()
    with redis_client.Redis.from_url(again.url) as client:
        assert client.get("kept") == b"yes"
    again.stop()


def test_a_port_that_is_taken_is_said_in_one_sentence(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    second = RedisServer(tmp_path, port=redis_server.port)

    with pytest.raises(RedisServerUnavailable, match=f"port {redis_server.port}.*redis.log"):
        second.start()

    assert second.pid is None and answering_pid(redis_server.port) == redis_server.pid


def test_without_any_redis_server_the_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ops.redis_server.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(RedisServerUnavailable, match="set HOTLINE_REDIS_URL"):
        find_binary()


def test_the_demos_news_has_no_gap_and_knows_the_callers(redis_url: str) -> None:
    page = io.StringIO()
    news = News(redis_url, Console(file=page, width=120))
    with redis_client.Redis.from_url(redis_url) as client:
        feed = LiveFeed(client)
        for number in range(3):
            told = {"call_sid": "CA1", "at": "2026-11-22T09:00:00", "kind": "call.ringing"}
            caller = {"caller": mask_number("+8613800000101"), "language": "zh"}
            feed.publish({**told, "data": {**caller, "called": f"+{number}"}})
            news.tell([{"from": "+8613800000101", "name": "Mei"}])

    lines = page.getvalue().splitlines()
    assert [line.split()[-2] for line in lines] == ["+0", "+1", "+2"]
    assert all("Mei" in line for line in lines)


def test_the_demo_says_when_its_news_are_gone() -> None:
    news = News("redis://127.0.0.1:1/0", Console(file=io.StringIO()))

    with pytest.raises(DemoFailed, match="live feed"):
        news.tell()


@pytest.mark.parametrize(
    ("module", "start"),
    [("app", "create_app"), ("ops.media_process", "create_media_app"), ("ops.worker", "run")],
)
def test_a_process_with_wrong_settings_ends_with_all_that_is_wrong(
    module: str, start: str, tmp_path: Path
) -> None:
    environ = {**demo(tmp_path), "HOTLINE_STOP_MS": "soon", "HOTLINE_VOICES": "none"}
    del environ["TWILIO_AUTH_TOKEN"]

    ran = subprocess.run(
        [PYTHON, "-c", f"from {module} import {start}; {start}()"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**environ, "PATH": os.environ["PATH"]},
    )

    assert ran.returncode != 0
    assert "the settings have 3 problem(s)" in ran.stderr
    for name in ("TWILIO_AUTH_TOKEN", "HOTLINE_STOP_MS", "HOTLINE_VOICES"):
        assert name in ran.stderr
