"""Scores finished calls, each once per scorecard version, however many workers try."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from qa.checks import find
from qa.criteria import Criterion, Scorecard
from qa.errors import ScoreNotKept
from qa.evidence import CallEvidence, Finding
from qa.gathering import gather
from qa.hints import hint
from qa.models import QaScore
from qa.reasons import in_words
from qa.scoring import TOO_SHORT, is_too_short, score


class Judge:
    """One scorecard applied to calls."""

    def __init__(
        self,
        session_factory: sessionmaker[Session],
        scorecard: Scorecard,
        vocabularies: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """`vocabularies`: by language the words that the recogniser can hear, where it is small."""
        self._sessions = session_factory
        self._scorecard = scorecard
        self._vocabularies = vocabularies or {}

    def score_call(self, call_sid: str, now: datetime) -> QaScore:
        """The call's score, worked out at the first time of asking; UnknownCall, ScoreNotKept."""
        kept = self.kept(call_sid)
        if kept is not None:
            return kept
        with self._sessions() as session:
            evidence = gather(session, call_sid, self._vocabularies)
        judged = self._judge(evidence, now)
        try:
            with self._sessions.begin() as session:
                session.add(judged)
                session.flush()
                session.expunge(judged)  # readable after the commit, whatever the factory expires
        except IntegrityError as clash:
            # another worker got there first: its row is the score
            winner = self.kept(call_sid)
            if winner is None:
                raise ScoreNotKept(call_sid, type(clash).__name__) from clash
            return winner
        except SQLAlchemyError as problem:
            raise ScoreNotKept(call_sid, type(problem).__name__) from problem
        return judged

    def kept(self, call_sid: str) -> QaScore | None:
        """The score that is already there, or None."""
        query = select(QaScore).where(
            QaScore.call_sid == call_sid, QaScore.scorecard == self._scorecard.key
        )
        with self._sessions() as session:
            found = session.scalars(query).one_or_none()
            if found is not None:
                session.expunge(found)
            return found

    def _judge(self, evidence: CallEvidence, now: datetime) -> QaScore:
        if is_too_short(evidence, self._scorecard.shortest_seconds):
            return self._unjudged(evidence, now)
        criteria = self._scorecard.criteria
        findings = [find(evidence, criterion) for criterion in criteria]
        scored = score(self._scorecard, findings)
        return QaScore(
            call_sid=evidence.call.sid,
            scorecard=self._scorecard.key,
            score=scored.score,
            band=scored.band,
            flagged=scored.flagged,
            findings=[
                _row(criterion, finding)
                for criterion, finding in zip(criteria, findings, strict=True)
            ],
            hint=hint(evidence, self._scorecard.hint),
            scored_at=now,
        )

    def _unjudged(self, evidence: CallEvidence, now: datetime) -> QaScore:
        return QaScore(
            call_sid=evidence.call.sid,
            scorecard=self._scorecard.key,
            score=None,
            band=TOO_SHORT,
            flagged=False,
            findings=[],
            scored_at=now,
        )


def findings_in_words(findings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kept findings with their reasons in English: read without a dictionary of codes."""
    return [{**one, "reason": in_words(one.get("reason", ""), "en")} for one in findings]


def as_json(score: QaScore) -> dict[str, Any]:
    """A score as the command line, the console and the report print it."""
    return {
        "call_sid": score.call_sid,
        "scorecard": score.scorecard,
        "score": score.score,
        "band": score.band,
        "flagged": score.flagged,
        "findings": findings_in_words(score.findings),
        "hint": score.hint,
        "scored_at": score.scored_at.isoformat(),
    }


def _row(criterion: Criterion, finding: Finding) -> dict[str, Any]:
    """One finding as it is kept; points are those earned of the weight."""
    return {
        "criterion": criterion.id,
        "title": dict(criterion.title),
        "verdict": finding.verdict.value,
        "weight": criterion.weight,
        "points": None if finding.points is None else round(criterion.weight * finding.points, 2),
        "confidence": round(finding.confidence, 3),
        "reason": asdict(finding.reason),
        "evidence": [
            {
                "quote": span.quote,
                "party": span.party,
                "start_ms": span.start_ms,
                "end_ms": span.end_ms,
            }
            for span in finding.evidence
        ],
    }
