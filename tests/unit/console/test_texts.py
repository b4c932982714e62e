import pytest

from calls.kinds import Kind
from console.errors import TextsInvalid
from console.texts import load_texts


def test_both_languages_have_the_same_words():
    texts = load_texts()
    assert texts["zh"].words.keys() == texts["en"].words.keys()


def test_every_kind_of_event_has_a_wording_in_both_languages():
    for language, texts in load_texts().items():
        missing = [kind.value for kind in Kind if f"event.{kind.value}" not in texts.words]
        assert missing == [], language


def test_all_differences_are_told_at_once(tmp_path):
    (tmp_path / "zh.yaml").write_text("a: 甲 {x}\nb: 乙\n", encoding="utf-8")
    (tmp_path / "en.yaml").write_text("a: A {y}\nc: C\n", encoding="utf-8")

    with pytest.raises(TextsInvalid) as refused:
        load_texts(tmp_path)

    assert refused.value.problems == [
        "a has other placeholders in zh and en",
        "b is missing in en",
        "c is missing in zh",
    ]


def test_an_event_without_a_value_shows_a_dash_and_never_fails():
    english = load_texts()["en"]

    line = english.event(Kind.QUEUED.value, {"queue": "appliance", "position": 2})

    assert line.startswith("Waits in queue Appliances, place 2")
    assert "–" in line
    assert english.event("some.new.kind", {}) == "some.new.kind"


def test_seconds_are_rounded_and_lists_are_joined():
    english = load_texts()["en"]

    assert "12 s" in english.event("queue.connected", {"agent": "Aisha", "waited_seconds": 12.34})
    heard = english.event("turn.understood", {"intents": [{"id": "refund_request"}, {"id": "x"}]})
    assert heard == "Understood: refund_request, x"


FURIOUS = {
    "name": "emotion",
    "seconds": 120,
    "reason": "emotion level 3: said 投诉 twice",
    "facts": {"level": 3, "reasons": [{"code": "said", "values": {"words": {"投诉": 2}}}]},
}


def test_reasons_of_a_head_start_are_told_in_the_readers_language():
    texts = load_texts()

    assert texts["zh"].term(FURIOUS) == "暴怒：说了投诉2次"
    assert texts["en"].term(FURIOUS) == "furious: said 投诉 twice"
    assert texts["zh"].term({"name": "vip", "facts": {"member_level": "gold"}}) == "金卡会员"
    watched = {**FURIOUS, "facts": {**FURIOUS["facts"], "would_be": 120}}
    assert texts["zh"].term(watched) == "只观察，本应提前 120 秒：暴怒：说了投诉2次"
    assert texts["en"].term({"name": "vip", "reason": "gold member"}) == "gold member"  # old


def test_a_place_in_line_is_explained_in_the_readers_language():
    data = {
        "reason": "asked",
        "intent": "complaint",
        "category": "appliance",
        "queue": "appliance",
        "skills": ["appliance", "lang_zh"],
        "why": "the caller asked for a person; complaint leads to queue appliance",
    }
    mandarin, english = load_texts()["zh"], load_texts()["en"]

    assert "来电人要求人工；" in mandarin.why(data) and "家电" in mandarin.why(data)
    assert "the caller asked" not in mandarin.event(Kind.QUEUED.value, {**data, "position": 1})
    assert english.why(data).startswith("The caller asked for a person; ")
    assert mandarin.why({"why": "an old record's sentence"}) == "an old record's sentence"


def test_a_call_that_was_too_short_to_judge_is_said_to_be_so():
    data = {"score": None, "band": "too_short", "scorecard": "hotline-basic@3"}
    told = load_texts()["zh"].event(Kind.SCORED.value, data)
    assert "None" not in told and "过短" in told


def test_an_offer_is_explained_in_the_readers_language():
    data = {
        "agent": "Aisha",
        "why": "first in line of those who can be served (waited 5 s); Aisha is idle longest",
        "required": ["appliance", "lang_zh"],
        "waited_seconds": 5,
        "idle_seconds": 61,
    }
    mandarin, english = load_texts()["zh"], load_texts()["en"]

    told = mandarin.event(Kind.OFFERED.value, data)
    assert "已等 5 秒" in told and "空闲最久（61 秒）" in told and "first in line" not in told
    assert "idle longest (61 s)" in english.event(Kind.OFFERED.value, data)
    assert "不限" in mandarin.why({**data, "required": []})
    old = {"agent": "Aisha", "why": "first in line"}
    assert mandarin.event(Kind.OFFERED.value, old) == "分配给 Aisha：first in line"


def test_why_a_caller_was_given_keys_is_told_in_the_readers_language():
    mandarin = load_texts()["zh"]
    assert mandarin.event(Kind.FELL_BACK.value, {"why": "no media stream"}).endswith("没有语音连接")


def test_a_finding_is_worded_for_its_reader_and_an_old_one_is_shown_as_it_was_kept():
    mandarin = load_texts()["zh"]
    late = {"code": "waited", "values": {"waited": 75, "limit": 60}}
    assert mandarin.finding(late) == "等坐席 75 秒，最多 60 秒"
    assert mandarin.finding("waited 75 s") == "waited 75 s"
