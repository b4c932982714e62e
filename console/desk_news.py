"""News for one agent's desk: offer, connected, ended, state from presence; talk from the feed."""

import json
from collections.abc import Iterator
from typing import Any

from flask import render_template

from calls.kinds import Kind
from console.deps import ConsoleDeps
from console.digest import digest
from console.sse import BLOCK_MS, message

TALK_KINDS = frozenset(
    {Kind.PHOTO, Kind.HEARD, Kind.REPLIED, Kind.BOT_SAID, Kind.EMOTION, Kind.UNDERSTOOD}
)
EVENT_OF_STATE = {"reserved": "offer", "on_call": "connected"}
"""Agent's observed state -> the event that says it began."""


class DeskNews:
    """Compares what is with what this desk was told, so that a reconnected page loses nothing."""

    def __init__(self, deps: ConsoleDeps, agent_id: str) -> None:
        self._deps = deps
        self._agent_id = agent_id
        self._after = deps.live.last_id()
        self._told: dict[str, Any] | None = None
        self._call_sid: str | None = None

    def next(self) -> Iterator[str]:
        """Messages until now; waits for at most BLOCK_MS."""
        yield from self._presence()
        talked = False
        for event_id, event in self._deps.live.read(self._after, BLOCK_MS):
            self._after = event_id
            mine = event["call_sid"] == self._call_sid
            talked = talked or (mine and event["kind"] in TALK_KINDS)
        if talked and self._call_sid is not None:
            yield _json("talk", self._story(self._call_sid, {}))

    def _presence(self) -> Iterator[str]:
        now = self._look()
        before, self._told = self._told, now
        if before == now:
            return
        yield _json("state", now)
        was_on_call = before is not None and before["state"] == "on_call"
        if was_on_call and (now["state"] != "on_call" or _moved_on(before, now)):
            yield _json("ended", {"call_sid": self._call_sid})
        if now["state"] not in EVENT_OF_STATE:
            # an offer that was withdrawn leaves nothing; a finished call's talk stays readable
            self._call_sid = self._call_sid if now["state"] == "wrapping" else None
            return
        yield from self._offer(now)

    def _offer(self, now: dict[str, Any]) -> Iterator[str]:
        reservation = self._deps.reservations.get(now["reservation_id"] or "")
        if reservation is None:
            return  # it ended between two looks; the next look tells the new state
        self._call_sid = reservation.call_sid
        data = {"reservation_id": now["reservation_id"], "story": _sentences(reservation)}
        story = self._story(reservation.call_sid, data)
        yield _json(EVENT_OF_STATE[now["state"]], story)

    def _look(self) -> dict[str, Any]:
        found = self._deps.presence.get(self._agent_id)
        if found is None:
            return {"status": "logged_out", "state": "idle", "reservation_id": None}
        return {
            "status": str(found.status),
            "state": str(found.state),
            "reservation_id": found.reservation_id or None,
        }

    def _story(self, call_sid: str, data: dict[str, Any]) -> dict[str, Any]:
        """What the agent sees of a call, as HTML made here: nothing unescaped reaches the page."""
        call = self._deps.call_log.call(call_sid)
        told = digest(self._deps.call_log.events(call_sid))
        sentences = data.get("story") or list(told.story)
        photos = self._deps.photos.of(call_sid)
        story = render_template(
            "desk/story.html", call=call, digest=told, sentences=sentences, photos=photos
        )
        talk = render_template("desk/talk.html", digest=told)
        return {"call_sid": call_sid, **data, "story_html": story, "talk_html": talk}


def _moved_on(before: dict[str, Any] | None, now: dict[str, Any]) -> bool:
    return before is not None and before["reservation_id"] != now["reservation_id"]


def _sentences(reservation: Any) -> list[str]:
    """The bot's story for the agent, where the offer carries one."""
    return [str(sentence) for sentence in getattr(reservation, "story", None) or ()]


def _json(event: str, data: dict[str, Any]) -> str:
    return message(json.dumps(data, ensure_ascii=False), event=event)
