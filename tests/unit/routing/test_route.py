import pytest

from emotion.labels import EmotionReading
from emotion.reasons import reason
from routing.route import route
from routing.rules import load_rules

RULES = load_rules()


def plan(**changes):
    facts = {
        "intent": "human_agent",
        "category": None,
        "language": "zh",
        "reason": "asked",
        "member_level": "basic",
        "emotion": None,
        "emotion_active": True,
    }
    return route(RULES, **{**facts, **changes})


@pytest.mark.parametrize(
    ("intent", "category", "language", "queue", "skills"),
    [
        ("damaged_goods", "appliance", "zh", "appliance", ("appliance", "lang_zh")),
        ("damaged_goods", "appliance", "en", "appliance", ("appliance", "lang_en")),
        ("installation", None, "zh", "appliance", ("appliance", "lang_zh")),
        ("damaged_goods", "fresh", "zh", "fresh", ("fresh", "lang_zh")),
        ("refund_request", "appliance", "zh", "appliance", ("appliance", "lang_zh")),
        ("refund_request", "clothing", "en", "billing", ("billing", "lang_en")),
        ("invoice", "appliance", "en", "billing", ("billing", "lang_en")),
        ("lost_package", None, "zh", "logistics", ("lang_zh", "logistics")),
        ("human_agent", None, "en", "general", ("lang_en",)),
        ("damaged_goods", None, "zh", "general", ("lang_zh",)),
        ("never heard of", None, "zh", "general", ("lang_zh",)),
    ],
)
def test_a_request_leads_to_its_queue_and_skills(intent, category, language, queue, skills):
    got = plan(intent=intent, category=category, language=language)
    assert (got.queue, got.skills) == (queue, skills)


def test_the_reason_reads_as_a_sentence():
    furious = EmotionReading(0.9, 3, 0.9, (reason("said", words={"投诉": 1}),))
    got = plan(
        intent="damaged_goods",
        category="appliance",
        reason="angry",
        member_level="gold",
        emotion=furious,
    )
    assert got.why == (
        "the caller is angry; damaged_goods (appliance) leads to queue appliance; "
        "the agent needs appliance and lang_zh; head start 180 s (vip 60 s, emotion 120 s)"
    )


def test_a_language_without_a_skill_is_still_routed():
    assert plan(language="fr").skills == ()


def test_a_specialist_is_not_required_for_ever_but_the_language_is():
    got = plan(intent="damaged_goods", category="appliance")
    assert [(step.after_seconds, step.skills) for step in RULES.steps(got)] == [(180, ("lang_zh",))]
