"""Checks of what was said, resting on a recogniser: doubt never fails an agent."""

from itertools import pairwise

from qa.checks.answers import (
    HEARD_WELL,
    agent_said,
    bot_text,
    can_be_heard,
    failed,
    found_in,
    mean_confidence,
    not_applicable,
    not_assessed,
    passed,
    said_by_bot,
    span_of,
)
from qa.criteria import Criterion
from qa.evidence import CallEvidence, Finding, SegmentFact, Span
from qa.reasons import reason

_COMPLAINT = "complaint"
_LEAST_SPEECH_SECONDS = 5.0
_LEFT_WITHOUT_GOODBYE = {"abandoned", "caller_left", "failed"}
_BOTH_SILENT_TOLERANCE_SECONDS = 2.0


def agent_introduced(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The agent greets in the first seconds after being joined."""
    joined = evidence.queue.connected_ms
    if joined is None:
        return not_applicable(criterion, reason("no_agent"))
    limit = joined + criterion.params["within_seconds"] * 1000
    first = [s for s in evidence.with_agent("agent") if s.start_ms <= limit]
    return agent_said(criterion, evidence, first)


def empathy_shown(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """A caller who complains hears an apology or understanding, from the bot or the agent.

    What was asked for says whether there was occasion, never the measured emotion: a wrong reading
    of the caller must not cost an agent a point.
    """
    upset = [turn for turn in evidence.turns if _COMPLAINT in turn.intents]
    if not upset:
        return not_applicable(criterion, reason("no_complaint"))
    words = criterion.words(evidence.call.language)
    for event in evidence.bot_said():
        if event.at_ms < upset[0].at_ms:
            continue
        word = found_in(bot_text(event), words, evidence.call.language)
        if word is not None:
            return passed(criterion, reason("bot_kind", word=word), [said_by_bot(event)])
    if evidence.queue.connected_ms is None:
        return failed(criterion, reason("nothing_kind"))
    return agent_said(criterion, evidence, evidence.with_agent("agent"))


def no_forbidden_words(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The agent promises nothing impossible and insults nobody."""
    if evidence.queue.connected_ms is None:
        return not_applicable(criterion, reason("no_agent"))
    said, language = evidence.with_agent("agent"), evidence.call.language
    words = criterion.words(language)
    hits = [segment for segment in said if found_in(segment.text, words, language) is not None]
    sure = [segment for segment in hits if segment.confidence >= HEARD_WELL]
    if sure:
        why = reason("agent_said", word=found_in(sure[0].text, words, language))
        return failed(criterion, why, map(span_of, sure), mean_confidence(sure))
    if hits:
        why = reason("perhaps_forbidden")
        return not_assessed(criterion, why, map(span_of, hits), mean_confidence(hits))
    if not said:
        return not_assessed(criterion, reason("agent_unheard"))
    if not can_be_heard(words, evidence):
        return not_assessed(criterion, reason("words_unknown"))
    return passed(criterion, reason("none_forbidden"), confidence=mean_confidence(said))


def courteous_ending(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Whoever ended the call said thanks or goodbye."""
    if evidence.call.outcome in _LEFT_WITHOUT_GOODBYE:
        return not_applicable(criterion, reason("hung_up"))
    if evidence.queue.connected_ms is not None:
        last = evidence.with_agent("agent")[-criterion.params["last_segments"] :]
        return agent_said(criterion, evidence, last)
    said = evidence.bot_said()
    if not said:
        return not_applicable(criterion, reason("bot_unknown"))
    word = found_in(
        bot_text(said[-1]), criterion.words(evidence.call.language), evidence.call.language
    )
    if word is None:
        return failed(criterion, reason("no_last_words"), [said_by_bot(said[-1])])
    return passed(criterion, reason("last_words", word=word), [said_by_bot(said[-1])])


def no_long_silence(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """With an agent on the line nobody listens to nothing for long.

    A gap between words may be speech that was not recognised: it fails only where the sound of both
    parties was silent for as long.
    """
    if evidence.queue.connected_ms is None:
        return not_applicable(criterion, reason("no_agent"))
    limit = float(criterion.params["seconds"])
    quietest = min(evidence.longest_silence_seconds.values(), default=None)
    if quietest is not None and quietest <= limit:
        return passed(criterion, reason("never_silent", seconds=round(quietest)))
    segments = evidence.with_agent()
    if not segments:
        return not_assessed(criterion, reason("nobody_heard"))
    start, end = _longest_gap(segments, evidence.queue.connected_ms)
    seconds = (end - start) / 1000
    if seconds <= limit:
        return passed(criterion, reason("longest_pause", seconds=round(seconds), limit=limit))
    gap = Span("", "agent", start, end)
    if quietest is None or quietest < seconds - _BOTH_SILENT_TOLERANCE_SECONDS:
        return not_assessed(criterion, reason("wordless", seconds=round(seconds)), [gap])
    why = reason("silent", seconds=round(seconds), limit=limit)
    return failed(criterion, why, [gap], 0.8)


def _longest_gap(segments: tuple[SegmentFact, ...], since_ms: int) -> tuple[int, int]:
    gaps, reached = [], since_ms
    for segment in segments:
        gaps.append((reached, max(reached, segment.start_ms)))
        reached = max(reached, segment.end_ms)
    return max(gaps, key=lambda gap: gap[1] - gap[0])


def little_talk_over(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Caller and agent let each other finish."""
    if evidence.queue.connected_ms is None:
        return not_applicable(criterion, reason("no_agent"))
    segments = evidence.with_agent()
    spoken = sum(segment.end_ms - segment.start_ms for segment in segments) / 1000
    if spoken < _LEAST_SPEECH_SECONDS or len({segment.party for segment in segments}) < 2:
        return not_assessed(criterion, reason("little_talk", seconds=round(spoken)))
    clashes = [
        Span(f"{first.text} / {second.text}", second.party, second.start_ms, _end(first, second))
        for first, second in pairwise(segments)
        if first.party != second.party and second.start_ms < first.end_ms
    ]
    ratio = sum(clash.end_ms - clash.start_ms for clash in clashes) / 1000 / spoken
    limit = criterion.params["ratio"]
    why = reason("talk_over", ratio=round(ratio, 3), limit=limit)
    if ratio <= limit:
        return passed(criterion, why)
    return failed(criterion, why, clashes, 0.8)


def _end(first: SegmentFact, second: SegmentFact) -> int:
    return min(first.end_ms, second.end_ms)
