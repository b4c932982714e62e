import re
from pathlib import Path

import pytest

from routing.errors import RulesInvalid
from routing.rules import RULES_FILE, load_rules

GOOD = """
default: general
languages: {zh: lang_zh, en: lang_en}
queues:
  - {id: general, name: {zh: 综合, en: General}}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "queues.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_queues_have_both_names_and_at_most_two_skills_beside_the_language():
    rules = load_rules()
    assert {"appliance", "billing", "general"} <= {queue.id for queue in rules.queues}
    assert all(set(queue.name) == {"zh", "en"} for queue in rules.queues)
    assert rules.weights.cap == 300


def test_the_smallest_file_is_enough(tmp_path):
    rules = load_rules(write(tmp_path, GOOD))
    assert rules.choose("anything", None).id == "general"


def test_every_problem_is_listed_at_once(tmp_path):
    path = write(
        tmp_path,
        """
default: nowhere
languages: {zh: lang_zh, en: Lang-EN}
queue: []
queues:
  - id: a
    name: {zh: 甲}
    skills: [one, two, three]
    leads: [{}]
    relax: [{after_seconds: soon, drop: [lang_zh, four]}]
  - {id: a, name: {zh: 甲, en: A}, colour: red}
  - 7
priority: {cap: -1, vip: {gold: much}, luck: 3}
""",
    )
    with pytest.raises(RulesInvalid) as caught:
        load_rules(path)
    text = str(caught.value)
    for expected in (
        "unknown key 'queue'",
        "language 'en' names the skill 'Lang-EN'",
        "has no name in 'en'",
        "requires 3 skills; at most 2",
        "names neither intents nor categories",
        "'soon'",
        "relaxes 'lang_zh', which is a language",
        "relaxes 'four', which is not among its skills",
        "'a' is there more than once",
        "unknown key 'colour'",
        "queue 3 is 7",
        "default is 'nowhere'",
        "cap is -1",
        "gold is 'much'",
        "unknown key 'luck'",
    ):
        assert expected in text, expected


@pytest.mark.parametrize("text", ["", "[]", "queues: {", "default: general", "queues: 3"])
def test_a_file_that_is_no_rules_at_all_is_refused_with_a_sentence(tmp_path, text):
    with pytest.raises(RulesInvalid, match=r"queues file 'queues\.yaml' has \d+ problem"):
        load_rules(write(tmp_path, text))


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(RulesInvalid, match=r"absent\.yaml"):
        load_rules(tmp_path / "absent.yaml")


def test_the_file_names_only_intents_that_exist():
    intents = pytest.importorskip("dialogue.nlu.intents")
    known = set(intents.INTENT_IDS)
    named = {
        intent for queue in load_rules().queues for lead in queue.leads for intent in lead.intents
    }
    assert named <= known
    assert re.search("Intents:", RULES_FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("priority: {emotion_at_most: 121}", "emotion_at_most is 121 s; at most 120 s"),
        ("priority: {cap: 301}", "cap is 301 s; at most 300 s"),
    ],
)
def test_no_file_lets_emotion_rule_the_line(tmp_path, line, said):
    with pytest.raises(RulesInvalid) as refused:
        load_rules(write(tmp_path, GOOD + line))
    assert said in str(refused.value)
