"""Tells in the terminal what happens to each call, one line an event."""

from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.text import Text

from calls.kinds import Kind
from emotion.reasons import in_words

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "red")


class Narrator:
    """Gives each call a colour and a name, and each kind of event a sentence."""

    def __init__(self, console: Console, names: dict[str, str]) -> None:
        self._console = console
        self._names = names
        """Masked caller number -> name in the story."""
        self._calls: dict[str, tuple[str, str]] = {}

    def tell(self, event: dict[str, Any]) -> None:
        """Print an event of the live feed, if it is one that people want to see."""
        call_sid, kind, data = event["call_sid"], event["kind"], event["data"]
        if call_sid not in self._calls:
            number = data.get("caller", call_sid[-6:])
            colour = COLOURS[len(self._calls) % len(COLOURS)]
            self._calls[call_sid] = (self._names.get(number, number), colour)
        sentence = SENTENCES.get(kind)
        if sentence is None or data.get("abstained"):
            return
        name, colour = self._calls[call_sid]
        line = Text(f"{event['at'][11:19]}  ")
        line.append(f"{name:<8}", style=f"bold {colour}")
        line.append(f"{kind.split('.')[1]:<12}", style="dim")
        line.append(sentence(data))
        self._console.print(line)


def _intents(data: dict[str, Any]) -> str:
    found = [f"{i['id']} {i['confidence']:.2f}" for i in data["intents"]]
    values = [f"{e['kind']}={e['value']}" for e in data["entities"]]
    return ", ".join(found + values) or "nothing"


def _feeling(data: dict[str, Any]) -> str:
    return f"level {data['level']} score {data['score']:.2f} ({_whys(data['reasons'])})"


def _whys(reasons: list[Any]) -> str:
    return "; ".join(in_words(reason, "en") for reason in reasons)


def _joined(data: dict[str, Any]) -> str:
    terms = ", ".join(f"{t['name']} +{t['seconds']} s" for t in data["terms"]) or "no head start"
    expected = _wait(data["expected_wait_seconds"])
    skills = "+".join(data["skills"])
    return (
        f"{data['queue']} [{skills}] place {data['position']}, expected wait {expected}, "
        f"{terms}; {data['why']}"
    )


def _wait(seconds: int | None) -> str:
    return "unknown" if seconds is None else f"{seconds} s"


def _seconds(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f} s"


def _recorded(data: dict[str, Any]) -> str:
    channels = ", ".join(f"{party} {_seconds(s)}" for party, s in data["channels"].items())
    return f"{_seconds(data['seconds'])} ({channels})"


def _scored(data: dict[str, Any]) -> str:
    if data["score"] is None:
        return f"not scored: {data['band'].replace('_', ' ')}"
    failed = f", failed: {', '.join(data['failed'])}" if data["failed"] else ""
    return f"{data['score']:.0f}/100 {data['band']}{failed}"


def _latency(data: dict[str, Any]) -> str:
    ms = data["latency_ms"]
    return f"“{data['text']}”" + ("" if ms is None else f"  [{ms} ms]")


SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    Kind.RINGING: lambda d: f"calls {d['called']} ({d['language']})",
    Kind.HEARD: lambda d: f"“{d['text']}”  (confidence {d['confidence']:.2f})",
    Kind.UNDERSTOOD: _intents,
    Kind.EMOTION: _feeling,
    Kind.ALERTED: lambda d: f"supervisors are told: {_whys(d['reasons'])}",
    Kind.ALERT_SEEN: lambda d: f"seen by {d['by']}",
    Kind.ANALYSIS_REFUSED: lambda d: "refuses the analysis of the voice",
    Kind.REPLIED: _latency,
    Kind.INTERRUPTED: lambda d: (
        f"the caller talks over the bot; silent after {d['reaction_ms']} ms"
    ),
    Kind.SHOP_FAILED: lambda d: (
        f"the shop's {d['gateway']} failed: {d['failure']}, attempt {d['attempt']}"
    ),
    Kind.TEXTED: lambda d: f"message to the account's telephone: {d['text']}",
    Kind.UNTEXTED: lambda d: f"not sent, the telephone has had a day's messages: {d['text']}",
    Kind.PHOTO: lambda d: f"photo {d['number']} of the goods has arrived",
    Kind.PHOTOS_EXPIRED: lambda d: f"{d['count']} photo(s) removed, their time is over",
    Kind.RESUMED: lambda d: f"the {d['what']} is back",
    Kind.FELL_BACK: lambda d: str(d["why"]),
    Kind.QUEUED: _joined,
    Kind.MOVED: lambda d: f"moved up: +{d['boost_seconds']} s, place {d['position']}",
    Kind.POSITION: lambda d: (
        f"told: place {d['position']}, wait {_wait(d['expected_wait_seconds'])}"
    ),
    Kind.OFFERED: lambda d: f"rings {d['agent']}: {d['why']}",
    Kind.NOT_ANSWERED: lambda d: f"{d['agent_id']} {d['reason']}",
    Kind.CONNECTED: lambda d: f"talks to {d['agent']} after {d['waited_seconds']} s",
    Kind.ABANDONED: lambda d: f"gave up after {d['waited_seconds']} s",
    Kind.AGENT_LEFT: lambda d: f"{d['agent_id']} hung up",
    Kind.ENDED: lambda d: f"{d['outcome']} after {d['seconds']} s",
    Kind.RECORDED: _recorded,
    Kind.RECORDING_ABSENT: lambda d: str(d["error"]),
    Kind.TRANSCRIBED: lambda d: f"{d['segments']} segments",
    Kind.SCORED: _scored,
}
