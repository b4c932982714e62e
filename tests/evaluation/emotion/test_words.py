"""The lexicons on labelled tricky sentences; floors a little below what was reached."""

import sys
from pathlib import Path

import pytest
import yaml

from emotion.lexical import LexicalScorer

BENCH = Path(__file__).parents[3] / "bench"


@pytest.fixture(scope="module")
def words():
    sys.path.insert(0, str(BENCH))
    try:
        import emotion_words
    finally:
        sys.path.remove(str(BENCH))
    return emotion_words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_there_are_enough_sentences_of_every_level(words, language):
    judged = words.judge(language)
    assert len(judged) >= 300 and len({j.text for j in judged}) == len(judged)
    assert all(sum(j.label == level for j in judged) >= 40 for level in range(4))
    assert abs(sum(j.untouched for j in judged) * 2 - len(judged)) <= 2


@pytest.mark.parametrize(("language", "exact", "near"), [("zh", 0.92, 0.96), ("en", 0.9, 0.95)])
def test_the_untouched_half_is_judged_well(words, language, exact, near):
    reached = words.shares([j for j in words.judge(language) if j.untouched])
    assert reached[0] >= exact and reached[1] >= near


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_calm_sentence_is_hardly_ever_called_angry(words, language):
    calm = [j for j in words.judge(language) if j.label == 0]
    assert sum(j.level >= 2 for j in calm) / len(calm) <= 0.06


@pytest.mark.parametrize(("language", "exact", "near"), [("zh", 0.75, 0.96), ("en", 0.8, 0.97)])
def test_the_sentences_that_widened_the_lexicons_stay_judged(language, exact, near):
    path = Path(__file__).with_name(f"looked_at_{language}.yaml")
    levels = yaml.safe_load(path.read_text(encoding="utf-8"))["levels"]
    scorer = LexicalScorer.load()
    apart = [
        abs(scorer.score(text, language).level - level)
        for level, texts in levels.items()
        for text in texts
    ]
    assert len(apart) >= 390
    assert apart.count(0) / len(apart) >= exact
    assert sum(far <= 1 for far in apart) / len(apart) >= near
