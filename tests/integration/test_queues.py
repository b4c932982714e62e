"""Callers, agents and offers on a real Redis: what each sees at each step."""

import fnmatch
import re

import pytest

from queues.keys import HANDLED_KEPT, KEYS, ROOT
from queues.presence import Presence
from queues.reservations import Reservations
from queues.waiting import Waiting
from routing.overflow import Step
from routing.plan import Priority, PriorityTerm, RoutePlan

T = 1_732_241_234_567
SECOND = 1000
LEASE = 15 * SECOND
ZH, EN, FRIDGE = ("lang_zh",), ("lang_en",), ("appliance", "lang_zh")


def plan(*skills: str, boost: int = 0, queue: str = "general") -> RoutePlan:
    terms = (PriorityTerm("vip", boost, "gold member"),) if boost else ()
    return RoutePlan(queue, skills, Priority(terms, boost), "because")


class Floor:
    """The call centre floor with its clock."""

    def __init__(self, redis, steps=lambda plan: ()):
        self.redis = redis
        self.waiting = Waiting(redis, steps)
        self.presence = Presence(redis)
        self.reservations = Reservations(redis)
        self.now = T

    def caller(self, sid, *skills, boost=0):
        return self.waiting.join(
            sid,
            plan(*skills, boost=boost),
            self.now,
            language="zh",
            story=("fridge is broken",),
            caller_masked="+86*****1",
        )

    def agent(self, agent_id, *skills):
        self.presence.sign_in(
            agent_id, agent_id.title(), dict.fromkeys(skills, 3), f"client:{agent_id}", self.now
        )
        assert self.presence.set_status(agent_id, "available", self.now)

    def reserve(self):
        return self.reservations.reserve_next(self.now, LEASE)

    def state(self, agent_id):
        agent = self.presence.get(agent_id)
        return agent.status, agent.state


@pytest.fixture
def floor(redis):
    return Floor(redis)


def test_a_caller_meets_an_agent_and_the_agent_wraps_up(floor):
    floor.agent("aisha", "appliance", "lang_zh")
    assert floor.caller("mei", *FRIDGE).position == 1
    floor.now += 5 * SECOND
    offer = floor.reserve()
    assert (offer.call_sid, offer.agent_id, offer.endpoint) == ("mei", "aisha", "client:aisha")
    assert offer.story == ("fridge is broken",)
    assert offer.plan == plan(*FRIDGE)
    assert "waited 5 s" in offer.why and "Aisha is idle longest (5 s)" in offer.why
    assert (offer.waited_seconds, offer.idle_seconds) == (5, 5)
    assert offer.required == ("appliance", "lang_zh")
    assert floor.state("aisha") == ("available", "reserved")
    assert floor.waiting.position("mei").state == "offered"

    assert floor.reservations.accept(offer.id, floor.now)
    assert floor.state("aisha") == ("available", "on_call")
    assert floor.reservations.complete(offer.id, floor.now, wrap_up_ms=15 * SECOND)
    assert floor.state("aisha") == ("available", "wrapping")
    assert floor.waiting.entry("mei") is None
    assert floor.reservations.get(offer.id).state == "completed"

    floor.caller("sam", *FRIDGE)
    assert floor.reserve() is None
    floor.now += 15 * SECOND
    assert floor.reservations.sweep(floor.now).wrapped_up == ("aisha",)
    assert floor.reserve().call_sid == "sam"


def test_the_last_calls_of_a_kind_say_how_long_they_took(floor):
    floor.agent("aisha", "appliance", "lang_zh")
    for number, minutes in enumerate((2, 5)):
        floor.presence.heartbeat("aisha", floor.now)
        floor.caller(f"mei{number}", *FRIDGE)
        offer = floor.reserve()
        floor.reservations.accept(offer.id, floor.now)
        floor.now += minutes * 60 * SECOND
        assert floor.reservations.complete(offer.id, floor.now, wrap_up_ms=15 * SECOND)
        assert not floor.reservations.complete(offer.id, floor.now, wrap_up_ms=15 * SECOND)
        floor.presence.wrap_up_done("aisha", floor.now)
    assert floor.reservations.handle_seconds(FRIDGE) == [315.0, 135.0]
    assert floor.reservations.handle_seconds(reversed(FRIDGE)) == [315.0, 135.0]
    assert floor.reservations.handle_seconds(ZH) == []


def test_only_so_many_calls_of_a_kind_are_remembered(floor):
    floor.agent("aisha", "lang_zh")
    for number in range(HANDLED_KEPT + 2):
        floor.presence.heartbeat("aisha", floor.now)
        floor.caller(f"mei{number}", *ZH)
        offer = floor.reserve()
        floor.reservations.accept(offer.id, floor.now)
        floor.now += number * SECOND
        floor.reservations.complete(offer.id, floor.now, wrap_up_ms=0)
    took = floor.reservations.handle_seconds(ZH)
    assert took == [float(number) for number in range(HANDLED_KEPT + 1, 1, -1)]
    assert 0 < floor.redis.pttl(f"{ROOT}:handled:lang_zh") <= 24 * 3600 * SECOND


def test_joining_twice_keeps_the_place(floor):
    floor.caller("mei", *ZH)
    floor.now += SECOND
    floor.caller("sam", *ZH)
    floor.now += SECOND
    again = floor.caller("mei", *ZH, boost=300)
    assert (again.position, again.already) == (1, True)
    assert floor.waiting.position("mei").joined_ms == T


def test_the_place_counts_only_callers_who_compete(floor):
    floor.caller("anna", *EN)
    floor.caller("mei", *ZH)
    floor.now += SECOND
    floor.caller("li", *FRIDGE)
    floor.now += SECOND
    floor.caller("wang", "billing", "lang_zh")
    assert floor.waiting.position("anna").position == 1
    assert floor.waiting.position("li").position == 2
    # a fridge and a bill need different agents, but both stand behind plain Mandarin
    place = floor.waiting.position("wang")
    assert (place.position, place.length, place.state) == (2, 2, "waiting")


def test_a_head_start_moves_a_furious_caller_ahead_of_an_earlier_one(floor):
    floor.caller("mei", *ZH)
    floor.now += 60 * SECOND
    floor.caller("furious", *ZH)
    assert floor.waiting.position("furious").position == 2
    furious = Priority((PriorityTerm("emotion", 120, "level 3"),), 120)
    assert floor.waiting.reprioritise("furious", furious, floor.now) == 1
    assert floor.waiting.entry("furious").plan.priority == furious
    floor.agent("tomas", "lang_zh")
    assert floor.reserve().call_sid == "furious"


def test_a_head_start_is_never_taken_back(floor):
    floor.caller("furious", *ZH, boost=120)
    floor.caller("mei", *ZH)
    assert floor.waiting.reprioritise("furious", Priority((), 0), floor.now) == 1
    assert floor.waiting.entry("furious").plan.priority.boost_seconds == 120


def test_a_head_start_given_while_a_phone_rings_counts_when_it_is_not_answered(floor):
    floor.agent("tomas", "lang_zh")
    floor.caller("late", *ZH)
    offer = floor.reserve()
    floor.now += SECOND
    floor.caller("vip", *ZH, boost=60)
    assert floor.waiting.reprioritise("late", Priority((), 90), floor.now) == 0
    assert floor.reservations.release(offer.id, "rejected", floor.now)
    assert floor.waiting.position("late").position == 1


def test_an_agent_without_the_language_is_never_offered(floor):
    floor.agent("tomas", "lang_en", "appliance", "billing")
    floor.caller("mei", *FRIDGE)
    assert floor.reserve() is None
    floor.agent("aisha", "lang_zh", "appliance")
    assert floor.reserve().agent_id == "aisha"


def test_a_skill_of_level_zero_is_none(floor):
    floor.presence.sign_in("tomas", "Tomas", {"lang_zh": 0, "lang_en": 2}, "client:tomas", T)
    floor.presence.set_status("tomas", "available", T)
    floor.caller("mei", *ZH)
    assert floor.reserve() is None


def test_a_better_caller_whom_nobody_can_serve_does_not_block_the_others(floor):
    floor.caller("mei", *FRIDGE, boost=300)
    floor.caller("anna", *EN)
    floor.agent("tomas", "lang_en")
    assert floor.reserve().call_sid == "anna"


def test_the_agent_who_is_idle_longest_is_offered_first(floor):
    floor.agent("tomas", "lang_zh")
    floor.now += SECOND
    floor.agent("aisha", "lang_zh", "appliance")
    floor.caller("mei", *ZH)
    assert floor.reserve().agent_id == "tomas"


@pytest.mark.parametrize(
    ("outcome", "state", "status"),
    [
        ("rejected", "rejected", "break"),
        ("timed_out", "timed_out", "break"),
        ("busy", "rejected", "break"),
        ("failed", "rescinded", "available"),
    ],
)
def test_an_offer_that_comes_to_nothing_keeps_the_place(floor, outcome, state, status):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    floor.caller("aaa", *ZH)  # same millisecond, and ahead by name only
    floor.waiting.leave("aaa", floor.now)
    offer = floor.reserve()
    assert offer.call_sid == "mei"
    floor.caller("aaa", *ZH)
    assert floor.reservations.release(offer.id, outcome, floor.now)
    assert not floor.reservations.release(offer.id, outcome, floor.now)
    assert floor.reservations.get(offer.id).state == state
    assert floor.state("aisha") == (status, "idle")
    assert floor.waiting.position("mei").position == 1
    assert floor.waiting.position("mei").joined_ms == T


def test_an_unknown_outcome_is_refused(floor):
    with pytest.raises(ValueError, match="outcome 'bored' is not one of"):
        floor.reservations.release("RV1", "bored", T)


def test_an_expired_lease_returns_the_caller_and_sends_the_agent_on_a_break(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    offer = floor.reserve()
    floor.now += LEASE
    assert not floor.reservations.accept(offer.id, floor.now)
    (expired,) = floor.reservations.sweep(floor.now).timed_out
    assert (expired.id, expired.state) == (offer.id, "timed_out")
    assert floor.reservations.sweep(floor.now).timed_out == ()
    assert floor.state("aisha") == ("break", "idle")
    assert floor.waiting.position("mei").state == "waiting"


def test_an_abandoned_caller_is_never_offered(floor):
    floor.caller("mei", *ZH)
    floor.now += 7 * SECOND
    left = floor.waiting.leave("mei", floor.now)
    assert (left.waited_ms, left.rescinded) == (7 * SECOND, None)
    assert floor.waiting.leave("mei", floor.now) is None
    floor.agent("aisha", "lang_zh")
    assert floor.reserve() is None


def test_hanging_up_while_a_phone_rings_rescinds_the_offer_and_frees_the_agent(floor):
    floor.agent("aisha", "lang_zh")
    floor.now += SECOND
    floor.agent("tomas", "lang_zh")
    floor.caller("mei", *ZH)
    offer = floor.reserve()
    assert floor.waiting.leave("mei", floor.now).rescinded == offer.id
    assert not floor.reservations.accept(offer.id, floor.now)
    assert floor.reservations.get(offer.id).state == "rescinded"
    assert floor.state("aisha") == ("available", "idle")
    floor.caller("sam", *ZH)
    assert floor.reserve().agent_id == "aisha"  # still idle longest


def test_a_caller_with_an_agent_is_not_waiting(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    offer = floor.reserve()
    floor.reservations.accept(offer.id, floor.now)
    assert floor.waiting.leave("mei", floor.now) is None
    assert floor.waiting.reprioritise("mei", Priority((), 60), floor.now) is None
    assert floor.waiting.position("mei").position == 0
    assert floor.reservations.sweep(floor.now + 60 * SECOND).timed_out == ()


def test_a_caller_whose_agent_was_lost_is_back_with_the_original_join_time(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    floor.now += SECOND
    floor.caller("sam", *ZH)
    offer = floor.reserve()
    floor.reservations.accept(offer.id, floor.now)
    floor.now += 60 * SECOND
    assert floor.reservations.requeue(offer.id, floor.now)
    assert not floor.reservations.requeue(offer.id, floor.now)
    assert not floor.reservations.complete(offer.id, floor.now)
    assert floor.waiting.position("mei").position == 1
    assert floor.state("aisha") == ("break", "idle")


def test_a_silent_agent_is_offered_nothing_until_the_desk_reports_again(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    floor.now += 45 * SECOND
    assert floor.presence.qualified(ZH, floor.now) == 0
    assert floor.presence.get("aisha").is_silent(floor.now)
    assert floor.reserve() is None
    assert floor.presence.heartbeat("aisha", floor.now)
    assert floor.reserve().agent_id == "aisha"


def test_an_agent_who_logged_out_while_the_phone_rang_stays_logged_out(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    offer = floor.reserve()
    floor.presence.set_status("aisha", "logged_out", floor.now)
    assert floor.reservations.release(offer.id, "timed_out", floor.now)
    assert floor.state("aisha") == ("logged_out", "idle")


def test_among_many_idle_agents_the_one_with_all_skills_is_found(floor):
    for number in range(30):
        floor.agent(f"a{number}", "lang_zh" if number % 2 else "appliance")
    floor.now += SECOND
    floor.agent("aisha", "appliance", "lang_zh")
    floor.now += SECOND
    floor.agent("tomas", "appliance", "lang_zh")
    floor.caller("mei", *FRIDGE)
    assert floor.reserve().agent_id == "aisha"


def test_a_break_chosen_during_a_call_holds_after_it(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    offer = floor.reserve()
    floor.reservations.accept(offer.id, floor.now)
    floor.presence.set_status("aisha", "break", floor.now)
    assert floor.state("aisha") == ("break", "on_call")
    floor.reservations.complete(offer.id, floor.now, wrap_up_ms=0)
    floor.caller("sam", *ZH)
    assert floor.reserve() is None
    floor.presence.set_status("aisha", "available", floor.now)
    assert floor.reserve().call_sid == "sam"


def test_wrap_up_can_be_ended_early_but_only_once(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    offer = floor.reserve()
    floor.reservations.accept(offer.id, floor.now)
    floor.reservations.complete(offer.id, floor.now, wrap_up_ms=15 * SECOND)
    assert floor.presence.get("aisha").wrap_until_ms == T + 15 * SECOND
    assert floor.presence.wrap_up_done("aisha", floor.now)
    assert not floor.presence.wrap_up_done("aisha", floor.now)
    assert floor.state("aisha") == ("available", "idle")


def test_signing_in_again_changes_skills_but_not_what_the_agent_does(floor):
    floor.agent("aisha", "lang_zh", "appliance")
    floor.presence.sign_in("aisha", "Aisha", {"lang_en": 2}, "client:aisha", floor.now)
    assert floor.state("aisha") == ("available", "idle")
    floor.caller("mei", *FRIDGE)
    assert floor.reserve() is None
    floor.caller("anna", *EN)
    assert floor.reserve().call_sid == "anna"


def test_an_agent_who_logs_out_is_not_offered_and_not_listed(floor):
    floor.agent("aisha", "lang_zh")
    floor.agent("tomas", "lang_zh", "lang_en")
    assert floor.presence.qualified(ZH, floor.now) == 2
    floor.presence.set_status("aisha", "logged_out", floor.now)
    assert not floor.presence.heartbeat("aisha", floor.now)
    assert floor.presence.qualified(ZH, floor.now) == 1
    assert floor.presence.qualified((), floor.now) == 1
    assert [agent.agent_id for agent in floor.presence.all(floor.now)] == ["tomas"]


def test_strangers_are_unknown_everywhere(floor):
    assert floor.presence.get("sam") is None
    assert not floor.presence.set_status("sam", "available", T)
    assert not floor.presence.heartbeat("sam", T)
    assert floor.waiting.position("sam") is None
    assert floor.waiting.reprioritise("sam", Priority((), 9), T) is None
    assert floor.reservations.get("RV0") is None
    assert not floor.reservations.accept("RV0", T)
    with pytest.raises(ValueError, match="status 'lunch' is not one of"):
        floor.presence.set_status("sam", "lunch", T)


def test_skills_relax_with_waiting_and_the_place_is_kept(redis):
    floor = Floor(redis, lambda plan: (Step(180, ("lang_zh",)),) if plan.skills == FRIDGE else ())
    floor.agent("tomas", "lang_zh")
    floor.presence.set_status("tomas", "break", T)
    floor.caller("mei", *FRIDGE)
    floor.now += SECOND
    floor.caller("sam", *ZH)
    assert floor.waiting.position("mei").position == 1
    floor.now = T + 180 * SECOND - 1
    assert floor.reservations.sweep(floor.now).relaxed == ()
    floor.now += 1
    assert floor.reservations.sweep(floor.now).relaxed == ("mei",)
    assert floor.waiting.entry("mei").skills == ZH
    assert floor.waiting.entry("mei").plan.skills == FRIDGE
    floor.presence.set_status("tomas", "available", floor.now)
    assert floor.reserve().call_sid == "mei"


def test_a_call_whose_end_was_never_reported_does_not_hold_its_agent_for_ever(floor):
    floor.agent("aisha", "lang_zh")
    floor.caller("mei", *ZH)
    offer = floor.reserve()
    floor.reservations.accept(offer.id, floor.now)
    floor.now += 4 * 3600 * SECOND
    floor.reservations.sweep(floor.now)
    assert floor.state("aisha") == ("available", "idle")
    assert floor.waiting.all() == []


def test_a_day_later_nothing_is_left_behind(floor):
    floor.agent("aisha", "lang_zh", "appliance")
    floor.caller("mei", *FRIDGE)
    offer = floor.reserve()
    floor.caller("sam", *ZH)
    floor.caller("anna", *EN)
    floor.reservations.accept(offer.id, floor.now)
    floor.now += 25 * 3600 * SECOND
    floor.reservations.sweep(floor.now)
    left = {name for name in floor.redis.scan_iter() if "reservation" not in name}
    assert left <= {"{rt}:wake"}


def test_every_key_is_listed_with_its_type_and_its_lifetime(floor):
    patterns = {re.sub("<[a-z_]+>", "*", name): kind for name, (kind, _) in KEYS.items()}
    floor.waiting._steps = lambda plan: (Step(60, ("lang_zh",)),)
    floor.agent("aisha", "lang_zh", "appliance")
    floor.agent("tomas", "lang_zh")
    floor.agent("noor", "lang_zh")
    for sid in ("mei", "sam", "anna"):
        floor.caller(sid, *FRIDGE)
    offer = floor.reserve()
    floor.reservations.accept(offer.id, floor.now)
    floor.reservations.complete(offer.id, floor.now)
    for name in floor.redis.scan_iter():
        short = name.removeprefix(f"{ROOT}:")
        kinds = {kind for pattern, kind in patterns.items() if fnmatch.fnmatch(short, pattern)}
        assert kinds == {floor.redis.type(name)}, name
    assert 0 < floor.redis.pttl(f"{ROOT}:reservation:{offer.id}") <= 3_600_000
    assert 0 < floor.redis.pttl(f"{ROOT}:wake") <= 3_600_000


def test_the_roster_knows_agents_by_id_and_by_name(session_factory):
    from queues.models import Agent
    from queues.roster import Roster

    with session_factory.begin() as session:
        session.add(Agent(id="t", name="Tomas", skills={"lang_en": 3}, endpoint="client:tomas"))
        session.add(Agent(id="a", name="Aisha", skills={"lang_zh": 5}, endpoint="+8613800000000"))
    roster = Roster(session_factory)
    assert [agent.name for agent in roster.all()] == ["Aisha", "Tomas"]
    assert roster.get("t").skills == {"lang_en": 3}
    assert roster.get("sam") is None


def test_a_command_sent_again_after_a_lost_answer_changes_nothing(floor):
    """redis-py repeats a command whose answer did not arrive: the same id, the same token."""
    floor.agent("aisha", "lang_zh")
    floor.agent("tomas", "lang_zh")
    floor.caller("mei", *ZH)
    floor.caller("sam", *ZH)
    run = floor.reservations._moves.run
    first = run("reserve", floor.now, "RV1", LEASE, 25)
    assert run("reserve", floor.now, "RV1", LEASE, 25) == first
    assert [c.state for c in floor.waiting.all()] == ["offered", "waiting"]
    assert run("accept", floor.now, "RV1", "token") == 1
    assert run("accept", floor.now, "RV1", "token") == 1
    assert run("accept", floor.now, "RV1", "another") is None
