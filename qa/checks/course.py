"""Checks of a call's course, resting on its log: answered, understood, told, read back, solved."""

from itertools import pairwise

from qa.checks.answers import bot_text, failed, found_in, not_applicable, passed, said_by_bot
from qa.criteria import Criterion
from qa.evidence import CallEvidence, Finding, Span, TurnFact

_NOT_A_REQUEST = {"out_of_scope"}
_SOLVED = {"solved_by_bot"}
_LOST = {"abandoned", "failed"}
_SHORT_WAIT_SECONDS = 10.0
"""Nobody can be told a place and a time in less."""


def answered_in_time(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The bot picks up, and an agent comes, within their targets."""
    call, queue = evidence.call, evidence.queue
    if call.answered_ms is None:
        return failed(criterion, "the call was never answered")
    rang = (call.answered_ms - call.started_ms) / 1000
    if rang > criterion.params["ring_seconds"]:
        limit = criterion.params["ring_seconds"]
        return failed(criterion, f"rang {rang:.0f} s, {limit:g} s allowed")
    waited = queue.waited_seconds
    if waited is None:
        return passed(criterion, f"answered after {rang:.1f} s, no wait for an agent")
    limit = criterion.params["wait_seconds"]
    if queue.connected_ms is None and waited <= limit:
        return not_applicable(criterion, f"the caller left the queue after {waited:.0f} s")
    judge = passed if waited <= limit else failed
    return judge(criterion, f"waited {waited:.0f} s for an agent, {limit:g} s allowed")


def request_understood(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Few turns were without words or without a request that the hotline knows."""
    if not evidence.turns:
        return not_applicable(criterion, "the caller said nothing to the bot")
    missed = [turn for turn in evidence.turns if _missed(turn)]
    limit = criterion.params["no_matches"]
    reason = f"{len(missed)} of {len(evidence.turns)} turns not understood, {limit} allowed"
    if len(missed) <= limit:
        return passed(criterion, reason)
    return failed(criterion, reason, [_heard(turn) for turn in missed])


def _missed(turn: TurnFact) -> bool:
    """An order number alone is an answer, not a miss."""
    return not turn.heard or not (turn.values or set(turn.intents) - _NOT_A_REQUEST)


def _heard(turn: TurnFact) -> Span:
    return Span(turn.heard, "caller", turn.at_ms, turn.at_ms)


def wait_announced(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """A waiting caller is told place and expected wait soon."""
    queue, waited = evidence.queue, evidence.queue.waited_seconds
    if queue.joined_ms is None or waited is None:
        return not_applicable(criterion, "the caller did not wait for an agent")
    if queue.announced_ms:
        told = max(0.0, (queue.announced_ms[0] - queue.joined_ms) / 1000)
        limit = criterion.params["within_seconds"]
        reason = f"place and wait told after {told:.0f} s, {limit:g} s allowed"
        return (passed if told <= limit else failed)(criterion, reason)
    if waited < _SHORT_WAIT_SECONDS:
        return not_applicable(criterion, f"the wait was {waited:.0f} s only")
    return failed(criterion, f"waited {waited:.0f} s and was told neither place nor time")


def read_back(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Before the bot changes anything it says what it will do and hears a yes."""
    wanted = set(criterion.params["intents"])
    asked = next((turn for turn in evidence.turns if wanted & set(turn.intents)), None)
    if asked is None:
        return not_applicable(criterion, "no request that changes anything")
    if evidence.call.outcome not in _SOLVED:
        return not_applicable(criterion, "the bot did not carry the request out")
    words = criterion.words(evidence.call.language)
    later = [turn for turn in evidence.turns if turn.number >= asked.number]
    for turn, answer in pairwise(later):
        question = found_in(turn.reply, words, evidence.call.language)
        if question is not None and {"affirm", "deny"} & set(answer.intents):
            span = Span(turn.reply, "bot", turn.at_ms, answer.at_ms)
            return passed(criterion, "read back and answered", [span, _heard(answer)])
    return failed(criterion, "carried out without reading it back", [_heard(asked)])


def solved_or_handed_over(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The bot solved it, or an agent got the caller together with the story."""
    outcome = evidence.call.outcome
    if outcome in _SOLVED:
        return passed(criterion, "solved by the bot")
    if evidence.queue.connected_ms is not None:
        if evidence.queue.story:
            return passed(criterion, f"handed over with the story: {evidence.queue.story}")
        return failed(criterion, "handed over without a word of what the caller wanted")
    if outcome in _LOST:
        return failed(criterion, f"the call ended {outcome}")
    return not_applicable(criterion, "the caller left before anything was decided")


def greeting_given(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The first thing that the caller hears is a greeting."""
    said = evidence.bot_said()
    if not said or evidence.call.answered_ms is None:
        return not_applicable(criterion, "nothing is known of what the bot said")
    words = criterion.words(evidence.call.language)
    limit = evidence.call.answered_ms + criterion.params["within_seconds"] * 1000
    for event in said:
        if event.at_ms - int(event.data.get("heard_ms") or 0) > limit:
            break
        word = found_in(bot_text(event), words, evidence.call.language)
        if word is not None:
            return passed(criterion, f"greeted with {word!r}", [said_by_bot(event)])
    return failed(criterion, "no greeting at the beginning", [said_by_bot(said[0])])
