"""How long one match takes: reserve_next against PING, 10k callers waiting and 1k agents.

Run: PYTHONPATH=. python bench/queue_match.py [--matches 1000] [--json].
It starts a redis-server of its own.
"""

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import redis as redis_client

from ops.redis_server import RedisServer
from queues.presence import Presence
from queues.reservations import Reservations
from queues.waiting import Waiting
from routing.plan import Priority, RoutePlan

START = 1_732_241_234_567
ALL_IDLE_MATCHES = 200
MOST_LINES = 300
CASES = {
    # name: (skills that exist, skills a caller requires, skills an agent has)
    "a shop's floor: 6 skills, need 2, agents hold 3": (6, 2, 3),
    "20 skills, need 2, agents hold 5": (20, 2, 5),
    "50 skills, need 3, agents hold 5 (300 lines, rare matches)": (50, 3, 5),
}


def fill(redis: redis_client.Redis, case: tuple[int, int, int], callers: int, agents: int) -> None:
    """Callers in line and agents on a break, so that nobody is paired yet."""
    dice = random.Random(1)
    names = [f"s{number:02d}" for number in range(case[0])]
    waiting, presence = Waiting(redis), Presence(redis)
    demands = [tuple(sorted(dice.sample(names, case[1]))) for _ in range(MOST_LINES)]
    for number in range(callers):
        boost = dice.choice((0, 0, 0, 60, 120))
        plan = RoutePlan("general", dice.choice(demands), Priority((), boost), "bench")
        waiting.join(
            f"CA{number:06d}", plan, START + number, language="zh", story=(), caller_masked="*"
        )
    for number in range(agents):
        skills_held = dict.fromkeys(dice.sample(names, case[2]), 3)
        presence.sign_in(f"A{number:04d}", f"A{number}", skills_held, f"client:{number}", START)


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that it took."""
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def spread(samples: list[float]) -> dict[str, float]:
    ordered = sorted(samples)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 3),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 3),
        "max_ms": round(ordered[-1], 3),
    }


def measure(redis: redis_client.Redis, matches: int, agents: int) -> dict[str, object]:
    """An agent becomes free, a match is looked for; PING in between as the yardstick."""
    presence, reservations = Presence(redis), Reservations(redis)
    pings, found, missed = [], [], []
    now = START + 20_000
    for number in range(matches):
        agent_id = f"A{number % agents:04d}"
        now += 1
        presence.set_status(agent_id, "available", now)
        pings.append(timed(redis.ping))
        begun = time.perf_counter()
        offer = reservations.reserve_next(now, 15_000)
        took = (time.perf_counter() - begun) * 1000
        (found if offer else missed).append(took)
        presence.set_status(agent_id, "break", now)
        if offer:  # the agent is free again for a later turn, the caller is served
            reservations.accept(offer.id, now)
            reservations.complete(offer.id, now, wrap_up_ms=0)
    calls = redis.info("commandstats")["cmdstat_evalsha"]
    answer: dict[str, object] = {"ping": spread(pings), "matches": len(found)}
    answer["reserve_next"] = spread(found) if found else None
    answer["no_match"] = spread(missed) if missed else None
    answer["server_us_per_script"] = calls["usec_per_call"]
    return answer


def all_idle(redis: redis_client.Redis, agents: int) -> dict[str, object]:
    """A busy minute: every agent is free at once and the line is full."""
    presence, reservations = Presence(redis), Reservations(redis)
    now = START + 60_000
    for number in range(agents):
        presence.set_status(f"A{number:04d}", "available", now)
    samples: list[float] = []
    for _ in range(ALL_IDLE_MATCHES):
        begun = time.perf_counter()
        offer = reservations.reserve_next(now, 15_000)
        samples.append((time.perf_counter() - begun) * 1000)
        if offer is None:
            break
    return {"matches": len(samples), "reserve_next": spread(samples)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=1000)
    parser.add_argument("--callers", type=int, default=10_000)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        redis = redis_client.Redis.from_url(server.url, decode_responses=True)
        report: dict[str, object] = {
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
            "redis_server": redis.info("server")["redis_version"],
            "redis_py": version("redis"),
            "python": platform.python_version(),
            "load_average": os.getloadavg()[0],
            "waiting": chosen.callers,
            "agents": chosen.agents,
        }
        for name, case in CASES.items():
            redis.flushall()
            fill(redis, case, chosen.callers, chosen.agents)
            redis.config_resetstat()
            one = measure(redis, chosen.matches, chosen.agents)
            one["lines"] = redis.scard("{rt}:signatures")
            one["everybody idle at once"] = all_idle(redis, chosen.agents)
            report[name] = one
            print(f"{name}: {json.dumps(one)}", file=sys.stderr, flush=True)
        redis.close()
        server.stop()
    print(json.dumps(report, indent=None if chosen.json else 2, ensure_ascii=False))


if __name__ == "__main__":
    main()
