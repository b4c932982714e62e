from dataclasses import dataclass, field
from typing import Any

from simulator.meetings import Meetings


@dataclass
class Entry:
    seq: int
    kind: str
    call_sid: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]


class Journal:
    def __init__(self) -> None:
        self.all: list[Entry] = []

    @property
    def last_seq(self) -> int:
        return len(self.all)

    def add(self, kind: str, call_sid: str, **facts: Any) -> None:
        self.all.append(Entry(len(self.all) + 1, kind, call_sid, facts))

    def entries(self, kind: str | None = None, *, after: int = 0) -> list[Entry]:
        return self.all[after:]


def test_legs_meet_once_when_the_second_enters_a_conference() -> None:
    journal, met = Journal(), list[str]()
    meetings = Meetings(journal, met.append)
    journal.add("participant-join", "CA1", conference="room")
    journal.add("participant-join", "CA9", conference="elsewhere")
    meetings.look()
    assert met == []
    journal.add("participant-join", "CA2", conference="room")
    meetings.look()
    meetings.look()
    assert sorted(met) == ["CA1", "CA2"]


def test_who_left_the_room_is_not_met() -> None:
    journal, met = Journal(), list[str]()
    meetings = Meetings(journal, met.append)
    journal.add("participant-join", "CA1", conference="room")
    journal.add("participant-leave", "CA1", conference="room")
    journal.add("participant-join", "CA2", conference="room")
    meetings.look()
    assert met == []


def test_a_bridge_is_a_meeting_and_what_was_before_is_not_news() -> None:
    journal, met = Journal(), list[str]()
    journal.add("bridged", "CA7", other="CA8")
    meetings = Meetings(journal, met.append)
    journal.add("bridged", "CA1", other="CA2")
    meetings.look()
    assert sorted(met) == ["CA1", "CA2"]
