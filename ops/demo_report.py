"""What became of the demo's calls: from the call record and the callers' own ears, checked
against the story.
"""

import statistics
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calls.kinds import Kind
from calls.log import CallLog
from emotion.reasons import in_words
from qa.judge import findings_in_words
from qa.models import QaScore
from recordings.models import Recording


def all_scored(sessions: sessionmaker[Session], call_sids: Sequence[str]) -> bool:
    """Whether every call has ended and has its score."""
    with sessions() as session:
        scored = set(
            session.scalars(select(QaScore.call_sid).where(QaScore.call_sid.in_(call_sids)))
        )
    return set(call_sids) <= scored


def build_report(
    story: dict[str, Any], sessions: sessionmaker[Session], call_log: CallLog
) -> dict[str, Any]:
    """The report: every call with turns, queue entry, agent, recording and score; problems at
    the end.
    """
    calls = [_call(caller, sessions, call_log) for caller in story["callers"]]
    problems = list(story["failures"]) + _problems(calls, story["expect"])
    latencies = [t["latency_ms"] for c in calls for t in c["turns"] if t["latency_ms"] is not None]
    reactions = [i["reaction_ms"] for c in calls for i in c["interruptions"]]
    return {
        "story": story["story"],
        "ok": not problems,
        "problems": problems,
        "turn_latency_ms": percentiles(latencies),
        "barge_in_reaction_ms": percentiles(reactions),
        "calls": calls,
    }


def percentiles(values: Sequence[float]) -> dict[str, Any]:
    """Count, median and 95th percentile (nearest rank)."""
    if not values:
        return {"count": 0, "p50": None, "p95": None}
    ordered = sorted(values)
    rank = max(0, -(-95 * len(ordered) // 100) - 1)
    return {"count": len(ordered), "p50": statistics.median(ordered), "p95": ordered[rank]}


def _call(caller: dict[str, Any], sessions: sessionmaker[Session], log: CallLog) -> dict[str, Any]:
    sid = caller["call_sid"]
    call = log.call(sid) if sid else None
    if call is None:
        return {
            "name": caller["name"],
            "call_sid": sid,
            "outcome": None,
            "connected_at": None,
            "turns": [],
            "interruptions": [],
            "queue": None,
            "agent": None,
            "recording": None,
            "qa": None,
        }
    events = log.events(sid)
    with sessions() as session:
        recording = session.scalars(select(Recording).where(Recording.call_sid == sid)).first()
        score = session.scalars(select(QaScore).where(QaScore.call_sid == sid)).first()
    spoken = [step["text"] for step in caller["steps"] if step.get("text")]
    return {
        "name": caller["name"],
        "call_sid": sid,
        "language": call.language,
        "outcome": call.outcome,
        "seconds": _seconds(call.started_at, call.ended_at),
        "connected_at": call.connected_at.isoformat() if call.connected_at else None,
        "spoken": spoken,
        "turns": [_turn(turn) for turn in log.turns(sid)],
        "interruptions": [e.data for e in events if e.kind == Kind.INTERRUPTED],
        "queue": _queue(events),
        "agent": call.agent_id,
        "recording": _recording(recording, events),
        "qa": _score(score),
        "caller_steps": caller["steps"],
    }


def _turn(turn: Any) -> dict[str, Any]:
    return {
        "number": turn.number,
        "heard": turn.heard,
        "confidence": turn.confidence,
        "intents": turn.intents,
        "entities": turn.entities,
        "emotion": _feeling(turn.emotion),
        "reply": turn.reply,
        "latency_ms": turn.latency_ms,
    }


def _feeling(kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """The reading with its reasons in words: the report is read without a dictionary of codes."""
    if kept is None:
        return None
    return {**kept, "reasons": [in_words(reason, "en") for reason in kept.get("reasons") or ()]}


def _queue(events: Sequence[Any]) -> dict[str, Any] | None:
    joined = next((e for e in events if e.kind == Kind.QUEUED), None)
    if joined is None:
        return None
    told = [e.data for e in events if e.kind == Kind.POSITION]
    moved = [e.data for e in events if e.kind == Kind.MOVED]
    connected: dict[str, Any] = next((e.data for e in events if e.kind == Kind.CONNECTED), {})
    return {
        **joined.data,
        "moved": moved,
        "told": told,
        "waited_seconds": connected.get("waited_seconds"),
    }


def _recording(recording: Recording | None, events: Sequence[Any]) -> dict[str, Any] | None:
    if recording is None:
        return None
    fetched = (e.data for e in events if e.kind == Kind.RECORDED)
    seconds = next((d["channels"] for d in fetched if d["recording"] == recording.sid), None)
    return {
        "sid": recording.sid,
        "state": recording.state,
        "seconds": recording.seconds,
        "channels": recording.channels,
        "channel_seconds": seconds,
        "speech_seconds": recording.speech_seconds,
        "acoustics": recording.acoustics,
    }


def _score(score: QaScore | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {
        "scorecard": score.scorecard,
        "score": score.score,
        "band": score.band,
        "flagged": score.flagged,
        "findings": findings_in_words(score.findings),
    }


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else round((end - start).total_seconds(), 1)


def _problems(calls: list[dict[str, Any]], expect: dict[str, Any]) -> list[str]:
    """Where the calls are not what the story expects."""
    problems = []
    by_name = {call["name"]: call for call in calls}
    for name, expected in expect.items():
        call = by_name.get(name)
        if call is None:
            problems.append(f"{name}: never called")
            continue
        problems += [f"{name}: {text}" for text in _unlike(call, expected)]
        after = expected.get("after")
        if after and not _connected_after(call, by_name.get(after)):
            problems.append(f"{name}: was not answered after {after}")
    return problems


def _unlike(call: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    found = []
    outcome, agent = expected["outcome"], expected.get("agent")
    wanted = "answered_by_agent" if outcome == "answered_by" else outcome
    if call["outcome"] != wanted:
        found.append(f"outcome {call['outcome']!r}; expected {wanted!r}")
    if agent and call["agent"] != agent:
        found.append(f"answered by {call['agent']!r}; expected {agent!r}")
    recording = call["recording"]
    if recording is None or recording["channels"] != 2:
        found.append("has no recording of two channels")
    if call["qa"] is None:
        found.append("was not scored")
    return found


def _connected_after(call: dict[str, Any], other: dict[str, Any] | None) -> bool:
    if other is None or not call["connected_at"] or not other["connected_at"]:
        return False
    return bool(call["connected_at"] > other["connected_at"])
