"""Live calls: what is said, felt and waited for right now, kept fresh by server-sent HTML."""

import re
from collections.abc import Callable, Iterator

from flask import Blueprint, Response, render_template, request, url_for

from calls.kinds import Kind
from console.access import current_user, require, still_allowed
from console.board import Board
from console.deps import ConsoleDeps
from console.sse import BLOCK_MS, StreamGate, StreamRules, message, stream
from security.roles import Permission

LIST_CHANGES = frozenset({Kind.RINGING, Kind.ENDED})
"""After these the list of cards is another; all others change one card."""
CARD_KINDS = tuple(kind.value for kind in Kind if kind not in LIST_CHANGES)
ALERT_CHANGES = frozenset({Kind.ALERTED, Kind.ALERT_SEEN, Kind.ANALYSIS_REFUSED, Kind.ENDED})
"""After these the list of alerts is another."""
STREAM_ID = re.compile(r"\d{1,20}-\d{1,20}")


def add_live(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """The page and its stream."""
    board = Board(deps)
    gate = StreamGate(deps.live_streams)

    @blueprint.get("/live")
    @require(Permission.LIVE_VIEW)
    def live() -> str:
        return render_template(
            "live/page.html",
            alerts=board.alerts(),
            cards=board.cards(),
            waiting=board.waiting(),
            agents=board.agents(),
            card_kinds=",".join(CARD_KINDS),
        )

    @blueprint.post("/live/alerts/<sid>/seen")
    @require(Permission.LIVE_VIEW)
    def alert_seen(sid: str) -> Response:
        card = board.alert(sid)
        if card is not None:
            level = (card.digest.alert or {}).get("level")
            by = current_user().username
            deps.call_log.append(sid, Kind.ALERT_SEEN, deps.now(), by=by, level=level)
        return Response("", 303, {"Location": url_for("console.live")})

    @blueprint.get("/live/events")
    @require(Permission.LIVE_VIEW)
    def live_events() -> Response:
        news = LiveNews(deps, board, request.headers.get("Last-Event-ID", ""))
        goes_on = still_allowed(deps, Permission.LIVE_VIEW)
        rules = StreamRules(current_user().username, deps.now, goes_on)
        return stream(gate, news.next, rules)


class LiveNews:
    """One page's news: a message an event, a panel when it changed."""

    def __init__(self, deps: ConsoleDeps, board: Board, last_id: str) -> None:
        self._deps = deps
        self._board = board
        self._after = last_id if STREAM_ID.fullmatch(last_id) else deps.live.last_id()
        self._shown: dict[str, str] = {}

    def next(self) -> Iterator[str]:
        """Messages until now; waits for at most BLOCK_MS."""
        if not self._shown:
            yield from self._panels(("alerts", "calls", "waiting", "agents"))
        listed = alerted = False
        for event_id, event in self._deps.live.read(self._after, BLOCK_MS):
            self._after = event_id
            listed = listed or event["kind"] in LIST_CHANGES
            alerted = alerted or event["kind"] in ALERT_CHANGES
            yield message(self._fragment(event), event=event["kind"], id=event_id)
        yield from self._panels(
            (
                *(("alerts",) if alerted else ()),
                *(("calls",) if listed else ()),
                "waiting",
                "agents",
            )
        )

    def _fragment(self, event: dict[str, object]) -> str:
        """The call's card as it is now, to be put in place of the old one by its id."""
        card = self._board.card(str(event["call_sid"]))
        if card is None:
            return ""
        return render_template("live/card.html", card=card, out_of_band=True)

    def _panels(self, names: tuple[str, ...]) -> Iterator[str]:
        for name in names:
            values = {"cards" if name == "calls" else name: self._read(name)}
            html = render_template(f"live/{name}.html", **values)
            if self._shown.get(name) != html:
                self._shown[name] = html
                yield message(html, event=name)

    def _read(self, name: str) -> object:
        read: dict[str, Callable[[], object]] = {
            "alerts": self._board.alerts,
            "calls": self._board.cards,
            "waiting": self._board.waiting,
            "agents": self._board.agents,
        }
        return read[name]()
