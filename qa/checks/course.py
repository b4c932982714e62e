"""Checks of a call's course, resting on its log: answered, understood, told, read back, solved."""

from itertools import pairwise

from qa.checks.answers import bot_text, failed, found_in, not_applicable, passed, said_by_bot
from qa.criteria import Criterion
from qa.evidence import CallEvidence, Finding, Span, TurnFact
from qa.reasons import reason

_NOT_A_REQUEST = {"out_of_scope"}
_SOLVED = {"solved_by_bot"}
LOST = {"abandoned": "gave_up", "failed": "call_failed"}
"""Outcomes without help -> the reason given."""
_SHORT_WAIT_SECONDS = 10.0
"""Nobody can be told a place and a time in less."""


def answered_in_time(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The bot picks up, and an agent comes, within their targets."""
    call, queue = evidence.call, evidence.queue
    if call.answered_ms is None:
        return failed(criterion, reason("never_answered"))
    rang = (call.answered_ms - call.started_ms) / 1000
    if rang > criterion.params["ring_seconds"]:
        limit = criterion.params["ring_seconds"]
        return failed(criterion, reason("rang_long", rang=round(rang, 1), limit=limit))
    waited = queue.waited_seconds
    if waited is None:
        return passed(criterion, reason("answered_at_once", rang=round(rang, 1)))
    limit = criterion.params["wait_seconds"]
    if queue.connected_ms is None and waited <= limit:
        return not_applicable(criterion, reason("left_queue", waited=round(waited)))
    judge = passed if waited <= limit else failed
    return judge(criterion, reason("waited", waited=round(waited), limit=limit))


def request_understood(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Few turns were without words or without a request that the hotline knows."""
    if not evidence.turns:
        return not_applicable(criterion, reason("caller_silent"))
    missed = [turn for turn in evidence.turns if _missed(turn)]
    limit = criterion.params["no_matches"]
    why = reason("turns_missed", missed=len(missed), turns=len(evidence.turns), limit=limit)
    if len(missed) <= limit:
        return passed(criterion, why)
    return failed(criterion, why, [_heard(turn) for turn in missed])


def _missed(turn: TurnFact) -> bool:
    """An order number alone is an answer, not a miss."""
    return not turn.heard or not (turn.values or set(turn.intents) - _NOT_A_REQUEST)


def _heard(turn: TurnFact) -> Span:
    return Span(turn.heard, "caller", turn.at_ms, turn.at_ms)


def wait_announced(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """A waiting caller is told place and expected wait soon."""
    queue, waited = evidence.queue, evidence.queue.waited_seconds
    if queue.joined_ms is None or waited is None:
        return not_applicable(criterion, reason("no_wait"))
    if queue.announced_ms:
        told = max(0.0, (queue.announced_ms[0] - queue.joined_ms) / 1000)
        limit = criterion.params["within_seconds"]
        why = reason("place_told", told=round(told), limit=limit)
        return (passed if told <= limit else failed)(criterion, why)
    if waited < _SHORT_WAIT_SECONDS:
        return not_applicable(criterion, reason("short_wait", waited=round(waited)))
    return failed(criterion, reason("nothing_told", waited=round(waited)))


def read_back(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Before the bot changes anything it says what it will do and hears a yes."""
    wanted = set(criterion.params["intents"])
    asked = next((turn for turn in evidence.turns if wanted & set(turn.intents)), None)
    if asked is None:
        return not_applicable(criterion, reason("nothing_to_change"))
    if evidence.call.outcome not in _SOLVED:
        return not_applicable(criterion, reason("not_carried_out"))
    words = criterion.words(evidence.call.language)
    later = [turn for turn in evidence.turns if turn.number >= asked.number]
    for turn, answer in pairwise(later):
        question = found_in(turn.reply, words, evidence.call.language)
        if question is not None and {"affirm", "deny"} & set(answer.intents):
            span = Span(turn.reply, "bot", turn.at_ms, answer.at_ms)
            return passed(criterion, reason("read_back"), [span, _heard(answer)])
    return failed(criterion, reason("not_read_back"), [_heard(asked)])


def solved_or_handed_over(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The bot solved it, or an agent got the caller together with the story."""
    outcome = evidence.call.outcome
    if outcome in _SOLVED:
        return passed(criterion, reason("solved"))
    if evidence.queue.connected_ms is not None:
        if evidence.queue.story:
            return passed(criterion, reason("handed_over"))
        return failed(criterion, reason("handed_over_mute"))
    if outcome in LOST:
        return failed(criterion, reason(LOST[outcome]))
    return not_applicable(criterion, reason("left_early"))


def greeting_given(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The first thing that the caller hears is a greeting."""
    said = evidence.bot_said()
    if not said or evidence.call.answered_ms is None:
        return not_applicable(criterion, reason("bot_unknown"))
    words = criterion.words(evidence.call.language)
    limit = evidence.call.answered_ms + criterion.params["within_seconds"] * 1000
    for event in said:
        if event.at_ms - int(event.data.get("heard_ms") or 0) > limit:
            break
        word = found_in(bot_text(event), words, evidence.call.language)
        if word is not None:
            return passed(criterion, reason("greeted", word=word), [said_by_bot(event)])
    return failed(criterion, reason("no_greeting"), [said_by_bot(said[0])])
