"""Why a finding is as it is: codes with values, worded in the reviewer's language when shown."""

from pathlib import Path

from emotion.reasons import Reason, ReasonWords, reason

__all__ = ["WORDS", "Reason", "in_words", "reason"]

WORDS = Path(__file__).with_name("findings.yaml")
"""Every code in both languages."""

in_words = ReasonWords(WORDS).say
"""A finding's reason, in the words of zh or en."""
