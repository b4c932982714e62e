"""Reasons of findings: every code that a check gives has its words, and no others are kept."""

import re
from pathlib import Path

import pytest
import yaml

from qa import checks
from qa.checks import course
from qa.judge import findings_in_words
from qa.reasons import WORDS, in_words, reason


def codes_given() -> set[str]:
    sources = Path(checks.__file__).parent.glob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    return set(re.findall(r'reason\(\s*"(\w+)"', text)) | set(course.LOST.values())


def test_every_code_of_the_checks_has_its_words_and_no_word_is_left_over():
    worded = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    assert codes_given() == set(worded)


def test_a_reason_is_told_in_the_language_of_the_reader():
    late = reason("waited", waited=75, limit=60)
    assert in_words(late, "zh") == "等坐席 75 秒，最多 60 秒"
    assert in_words(late, "en") == "waited 75 s for an agent, 60 s allowed"


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("no apology within 30 s", "no apology within 30 s"),  # a score of an older version
        ({"code": "waited", "values": {"waited": 75, "limit": 60.0}}, "waited 75 s for an agent"),
        ({"code": "of_another_version", "values": {}}, "of_another_version"),
    ],
)
def test_kept_findings_are_printed_as_sentences(kept, told):
    (finding,) = findings_in_words([{"criterion": "answered", "reason": kept}])
    assert finding["criterion"] == "answered" and finding["reason"].startswith(told)
