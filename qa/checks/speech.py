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

_COMPLAINT = "complaint"
_LEAST_SPEECH_SECONDS = 5.0
_LEFT_WITHOUT_GOODBYE = {"abandoned", "caller_left", "failed"}
_BOTH_SILENT_TOLERANCE_SECONDS = 2.0


def agent_introduced(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The agent greets in the first seconds after being joined."""
    joined = evidence.queue.connected_ms
    if joined is None:
        return not_applicable(criterion, "no agent took part")
    limit = joined + criterion.params["within_seconds"] * 1000
    first = [s for s in evidence.with_agent("agent") if s.start_ms <= limit]
    return agent_said(criterion, evidence, first, "greeting by the agent")


def empathy_shown(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """A caller who complains hears an apology or understanding, from the bot or the agent.

    What was asked for says whether there was occasion, never the measured emotion: a wrong reading
    of the caller must not cost an agent a point.
    """
    upset = [turn for turn in evidence.turns if _COMPLAINT in turn.intents]
    if not upset:
        return not_applicable(criterion, "the caller did not complain")
    words = criterion.words(evidence.call.language)
    for event in evidence.bot_said():
        if event.at_ms < upset[0].at_ms:
            continue
        word = found_in(bot_text(event), words, evidence.call.language)
        if word is not None:
            return passed(criterion, f"bot said {word!r}", [said_by_bot(event)])
    if evidence.queue.connected_ms is None:
        return failed(criterion, "the caller complained and the bot said nothing kind")
    return agent_said(criterion, evidence, evidence.with_agent("agent"), "empathy or apology")


def no_forbidden_words(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """The agent promises nothing impossible and insults nobody."""
    if evidence.queue.connected_ms is None:
        return not_applicable(criterion, "no agent took part")
    said, language = evidence.with_agent("agent"), evidence.call.language
    words = criterion.words(language)
    hits = [segment for segment in said if found_in(segment.text, words, language) is not None]
    sure = [segment for segment in hits if segment.confidence >= HEARD_WELL]
    if sure:
        reason = f"agent said {found_in(sure[0].text, words, language)!r}"
        return failed(criterion, reason, map(span_of, sure), mean_confidence(sure))
    if hits:
        reason = "a forbidden word may have been said, heard badly: a person should listen"
        return not_assessed(criterion, reason, map(span_of, hits), mean_confidence(hits))
    if not said:
        return not_assessed(criterion, "no speech of the agent was recognised")
    if not can_be_heard(words, evidence):
        return not_assessed(criterion, "the recogniser knows none of the forbidden words")
    return passed(criterion, "no forbidden word heard", confidence=mean_confidence(said))


def courteous_ending(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Whoever ended the call said thanks or goodbye."""
    if evidence.call.outcome in _LEFT_WITHOUT_GOODBYE:
        return not_applicable(criterion, "the caller hung up")
    if evidence.queue.connected_ms is not None:
        last = evidence.with_agent("agent")[-criterion.params["last_segments"] :]
        return agent_said(criterion, evidence, last, "thanks or goodbye at the end")
    said = evidence.bot_said()
    if not said:
        return not_applicable(criterion, "nothing is known of what the bot said")
    word = found_in(
        bot_text(said[-1]), criterion.words(evidence.call.language), evidence.call.language
    )
    judge = passed if word is not None else failed
    return judge(criterion, f"the bot's last words held {word!r}", [said_by_bot(said[-1])])


def no_long_silence(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """With an agent on the line nobody listens to nothing for long.

    A gap between words may be speech that was not recognised: it fails only where the sound of both
    parties was silent for as long.
    """
    if evidence.queue.connected_ms is None:
        return not_applicable(criterion, "no agent took part")
    limit = float(criterion.params["seconds"])
    quietest = min(evidence.longest_silence_seconds.values(), default=None)
    if quietest is not None and quietest <= limit:
        return passed(criterion, f"no silence longer than {quietest:.0f} s in the sound")
    segments = evidence.with_agent()
    if not segments:
        return not_assessed(criterion, "no speech was recognised after the agent was joined")
    start, end = _longest_gap(segments, evidence.queue.connected_ms)
    seconds = (end - start) / 1000
    if seconds <= limit:
        return passed(criterion, f"longest pause {seconds:.0f} s, {limit:g} s allowed")
    gap = Span("", "agent", start, end)
    if quietest is None or quietest < seconds - _BOTH_SILENT_TOLERANCE_SECONDS:
        reason = f"no words for {seconds:.0f} s, but the sound was not silent for as long"
        return not_assessed(criterion, reason, [gap])
    return failed(criterion, f"silent for {seconds:.0f} s, {limit:g} s allowed", [gap], 0.8)


def _longest_gap(segments: tuple[SegmentFact, ...], since_ms: int) -> tuple[int, int]:
    gaps, reached = [], since_ms
    for segment in segments:
        gaps.append((reached, max(reached, segment.start_ms)))
        reached = max(reached, segment.end_ms)
    return max(gaps, key=lambda gap: gap[1] - gap[0])


def little_talk_over(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Caller and agent let each other finish."""
    if evidence.queue.connected_ms is None:
        return not_applicable(criterion, "no agent took part")
    segments = evidence.with_agent()
    spoken = sum(segment.end_ms - segment.start_ms for segment in segments) / 1000
    if spoken < _LEAST_SPEECH_SECONDS or len({segment.party for segment in segments}) < 2:
        return not_assessed(criterion, f"only {spoken:.0f} s of talk was recognised")
    clashes = [
        Span(f"{first.text} / {second.text}", second.party, second.start_ms, _end(first, second))
        for first, second in pairwise(segments)
        if first.party != second.party and second.start_ms < first.end_ms
    ]
    ratio = sum(clash.end_ms - clash.start_ms for clash in clashes) / 1000 / spoken
    limit = criterion.params["ratio"]
    reason = f"{ratio:.0%} of the talk was at the same time, {limit:.0%} allowed"
    if ratio <= limit:
        return passed(criterion, reason)
    return failed(criterion, reason, clashes, 0.8)


def _end(first: SegmentFact, second: SegmentFact) -> int:
    return min(first.end_ms, second.end_ms)
