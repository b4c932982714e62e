import pytest

from qa.checks import CHECKS
from qa.errors import ScorecardInvalid
from qa.scorecard import load_scorecard


def test_the_bundled_scorecard_is_good_and_uses_every_check():
    card = load_scorecard()
    assert card.key == "hotline-basic@3"
    assert {criterion.check for criterion in card.criteria} == set(CHECKS)


def test_every_problem_is_listed_at_once_with_its_place(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_text(
        "name: ''\nversion: 0\ncolour: red\nshortest_seconds: soon\n"
        "criteria:\n"
        "  - {id: a, title: {zh: 甲}, check: dance, weight: 0, kill: maybe}\n"
        "  - {id: b, title: {zh: 乙, en: b}, check: no_long_silence, weight: .nan,"
        " params: {second: 9}}\n"
        "  - {id: b, title: {zh: 乙, en: b}, check: empathy_shown, weight: 1,"
        " params: {words: {zh: 抱歉, en: [sorry]}}}\n"
        "  - nonsense\n",
        encoding="utf-8",
    )
    with pytest.raises(ScorecardInvalid) as caught:
        load_scorecard(path)
    text = str(caught.value)
    for expected in [
        "name: '' is not a short name",
        "version: 0 is not a whole number from 1",
        "unknown key 'colour'",
        "shortest_seconds: 'soon' is not a number from 0",
        "criteria.a.title.en: None is not a text",
        "criteria.a.check: 'dance' is not one of agent_introduced,",
        "criteria.a.weight: 0 is not a number above 0",
        "criteria.a.kill: 'maybe' is not true or false",
        "criteria.b.weight: nan is not a number above 0",
        "criteria.b.params: no_long_silence knows no 'second'",
        "criteria.b.params.seconds: None is not a number from 0",
        "criteria.b.params.words.zh: '抱歉' is not a list of words",
        "criteria[3]: 'nonsense' is not a mapping",
        "criteria: id 'b' is used 2 times",
    ]:
        assert expected in text
    assert "scorecard 'card.yaml' has" in text


def test_a_title_cut_by_a_comma_is_noticed(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_text(
        "name: card\nversion: 1\ncriteria:\n"
        "  - {id: a, title: {zh: 甲, en: Solved, or handed over}, check: no_long_silence,"
        " weight: 1, params: {seconds: 9}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScorecardInvalid, match="knows no 'or handed over'"):
        load_scorecard(path)


def test_a_missing_scorecard_is_a_clear_error(tmp_path):
    with pytest.raises(ScorecardInvalid, match="No such file"):
        load_scorecard(tmp_path / "absent.yaml")


def test_a_file_that_is_no_yaml_is_a_clear_error(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(ScorecardInvalid, match=r"card\.yaml"):
        load_scorecard(path)
