from dataclasses import replace

import pytest

from qa import checks
from qa.evidence import (
    CallEvidence,
    CallFacts,
    EventFact,
    QueueFacts,
    SegmentFact,
    TurnFact,
    Verdict,
)
from qa.reasons import in_words
from qa.scorecard import load_scorecard

PASS, FAIL = Verdict.PASS, Verdict.FAIL
NA, OPEN = Verdict.NOT_APPLICABLE, Verdict.NOT_ASSESSED
CRITERIA = {criterion.id: criterion for criterion in load_scorecard().criteria}

BOT_CALL = CallEvidence(
    call=CallFacts("CA1", "zh", "solved_by_bot", started_ms=-2000, answered_ms=0, ended_ms=40_000),
    events=(
        EventFact("turn.bot", 4000, {"text": "您好,请问有什么可以帮您?", "heard_ms": 4000}),
        EventFact("turn.bot", 39_000, {"text": "感谢您的来电,再见。", "heard_ms": 2000}),
    ),
    turns=(TurnFact(1, 8000, "我的快递到哪了", ("track_package",), reply="您的手机已经发出。"),),
)
AGENT_CALL = CallEvidence(
    call=CallFacts("CA2", "zh", "answered_by_agent", "tomas", -2000, 0, 90_000),
    queue=QueueFacts(20_000, 40_000, 40_000, (25_000,), "冰箱坏了,要投诉"),
    events=BOT_CALL.events[:1],
    turns=(TurnFact(1, 8000, "冰箱坏了我要投诉", ("complaint",)),),
    segments=(
        SegmentFact("caller", 8000, 11_000, "冰箱坏了我要投诉", 0.9),
        SegmentFact("agent", 41_000, 44_000, "您好我是售后客服", 0.9),
        SegmentFact("caller", 45_000, 50_000, "我的冰箱坏了", 0.9),
        SegmentFact("agent", 51_000, 60_000, "非常抱歉马上给您换货", 0.9),
        SegmentFact("caller", 66_000, 68_000, "好的谢谢", 0.9),
        SegmentFact("agent", 69_000, 71_000, "不客气再见", 0.9),
    ),
)


def find(evidence, criterion):
    """A finding, whose reason must be told whole in both languages."""
    finding = checks.find(evidence, criterion)
    told = {language: in_words(finding.reason, language) for language in ("zh", "en")}
    assert told["zh"] != told["en"]
    for sentence in told.values():
        assert sentence != finding.reason.code and "{" not in sentence and "–" not in sentence
    return finding


def verdict(criterion, evidence):
    return find(evidence, CRITERIA[criterion]).verdict


def agent_says(text, confidence=0.9, *, party="agent"):
    said = SegmentFact(party, 42_000, 46_000, text, confidence)
    return replace(AGENT_CALL, segments=(said,))


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("greeting", PASS),
        ("answered", PASS),
        ("understood", PASS),
        ("wait_announced", NA),
        ("agent_introduced", NA),
        ("empathy", NA),
        ("no_long_silence", NA),
        ("no_forbidden_words", NA),
        ("read_back", NA),
        ("resolved", PASS),
        ("ending", PASS),
        ("talk_over", NA),
    ],
)
def test_a_call_that_the_bot_solved(criterion, expected):
    assert verdict(criterion, BOT_CALL) is expected


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [(name, NA if name == "read_back" else PASS) for name in CRITERIA],
)
def test_a_good_call_with_an_agent(criterion, expected):
    assert verdict(criterion, AGENT_CALL) is expected


@pytest.mark.parametrize("criterion", list(CRITERIA))
def test_a_call_of_which_nothing_is_known_never_fails_an_agent(criterion):
    bare = CallEvidence(CallFacts("CA3", "en", "answered_by_agent", "tomas", 0, 0, 60_000))
    joined = replace(bare, queue=QueueFacts(10_000, 15_000, 15_000, (), "asked for a person"))
    assert verdict(criterion, joined) is not FAIL


def test_a_bot_that_does_not_greet_fails_with_its_words_as_evidence():
    events = (EventFact("turn.bot", 3000, {"text": "请说。", "heard_ms": 1000}),)
    finding = find(replace(BOT_CALL, events=events), CRITERIA["greeting"])
    assert finding.verdict is FAIL
    assert finding.evidence[0].quote == "请说。" and finding.evidence[0].party == "bot"


def test_a_long_wait_fails_and_says_how_long():
    late = replace(AGENT_CALL, queue=replace(AGENT_CALL.queue, connected_ms=95_000, left_ms=95_000))
    finding = find(late, CRITERIA["answered"])
    assert finding.verdict is FAIL and in_words(finding.reason, "zh") == "等坐席 75 秒，最多 60 秒"


def test_a_caller_who_leaves_soon_is_no_fault_and_later_is():
    queue = QueueFacts(joined_ms=20_000, left_ms=30_000)
    soon = replace(AGENT_CALL, queue=queue, call=replace(AGENT_CALL.call, outcome="abandoned"))
    assert verdict("answered", soon) is NA
    assert verdict("answered", replace(soon, queue=replace(queue, left_ms=99_000))) is FAIL


def test_a_wait_of_which_nothing_was_told_fails():
    silent = replace(AGENT_CALL, queue=replace(AGENT_CALL.queue, announced_ms=()))
    assert verdict("wait_announced", silent) is FAIL
    short = replace(silent, queue=replace(silent.queue, joined_ms=38_000))
    assert verdict("wait_announced", short) is NA


def test_three_turns_without_understanding_fail_two_do_not():
    missed = tuple(TurnFact(n, n * 1000, "", ()) for n in range(1, 4))
    assert verdict("understood", replace(BOT_CALL, turns=missed)) is FAIL
    assert verdict("understood", replace(BOT_CALL, turns=missed[:2])) is PASS


def test_an_order_number_alone_is_an_answer():
    turns = tuple(TurnFact(n, n, "四五六七", (), values=("4567",)) for n in range(1, 6))
    assert verdict("understood", replace(BOT_CALL, turns=turns)) is PASS


def test_an_action_must_be_read_back_and_answered():
    asked = TurnFact(1, 1000, "我要退货", ("return_goods",), reply="您要退手机,对吗?")
    yes = TurnFact(2, 5000, "对", ("affirm",), reply="办好了。")
    assert verdict("read_back", replace(BOT_CALL, turns=(asked, yes))) is PASS
    assert (
        verdict("read_back", replace(BOT_CALL, turns=(replace(asked, reply="办好了。"), yes)))
        is FAIL
    )


def test_no_word_of_the_callers_wish_at_the_hand_over_fails():
    mute = replace(AGENT_CALL, queue=replace(AGENT_CALL.queue, story=""))
    assert verdict("resolved", mute) is FAIL


@pytest.mark.parametrize("criterion", ["agent_introduced", "empathy", "ending"])
def test_a_missing_word_fails_only_an_agent_who_was_heard_well(criterion):
    assert verdict(criterion, agent_says("快递单号多少", 0.9)) is FAIL
    assert verdict(criterion, agent_says("快递单号多少", 0.4)) is OPEN
    assert verdict(criterion, agent_says("", party="caller")) is OPEN


@pytest.mark.parametrize("criterion", ["empathy", "no_forbidden_words"])
def test_words_that_the_recogniser_cannot_hear_prove_nothing(criterion):
    small = replace(agent_says("快递单号多少"), vocabulary=frozenset({"快递", "单号"}))
    assert verdict(criterion, small) is OPEN


def test_a_forbidden_word_fails_with_the_place_where_it_can_be_heard():
    finding = find(agent_says("这不归我管"), CRITERIA["no_forbidden_words"])
    assert finding.verdict is FAIL
    assert (finding.evidence[0].quote, finding.evidence[0].start_ms) == ("这不归我管", 42_000)


def test_a_forbidden_word_heard_badly_is_for_a_person_to_judge():
    assert verdict("no_forbidden_words", agent_says("这不归我管", 0.5)) is OPEN


def test_what_the_caller_says_is_no_fault_of_the_agent():
    shout = agent_says("闭嘴", party="caller")
    assert verdict("no_forbidden_words", shout) is OPEN  # of the agent nothing was heard


def test_english_words_match_whole_words_only():
    english = replace(AGENT_CALL, call=replace(AGENT_CALL.call, language="en"))
    this = replace(english, segments=(SegmentFact("agent", 41_000, 45_000, "this order", 0.9),))
    hello = replace(english, segments=(SegmentFact("agent", 41_000, 45_000, "oh hi there", 0.9),))
    assert verdict("agent_introduced", this) is FAIL
    assert verdict("agent_introduced", hello) is PASS


def test_an_upset_caller_is_answered_kindly_by_the_bot_after_it_happened():
    quiet = agent_says("快递单号多少")
    sorry = EventFact("turn.bot", 12_000, {"text": "非常抱歉,马上为您转人工。"})
    assert verdict("empathy", replace(quiet, events=(sorry,))) is PASS
    early = replace(sorry, at_ms=2000)
    assert verdict("empathy", replace(quiet, events=(early,))) is FAIL


def test_silence_fails_only_where_the_sound_was_silent_too():
    first, last = AGENT_CALL.segments[1], replace(AGENT_CALL.segments[5], start_ms=69_000)
    gap = replace(AGENT_CALL, segments=(first, last))
    assert verdict("no_long_silence", gap) is OPEN
    silent = {"caller": 26.0, "agent": 25.0}
    finding = find(replace(gap, longest_silence_seconds=silent), CRITERIA["no_long_silence"])
    assert finding.verdict is FAIL
    assert (finding.evidence[0].start_ms, finding.evidence[0].end_ms) == (44_000, 69_000)
    noisy = {"caller": 60.0, "agent": 9.0}
    assert verdict("no_long_silence", replace(gap, longest_silence_seconds=noisy)) is PASS


def test_talking_at_the_same_time_fails_when_it_is_much():
    both = (
        SegmentFact("caller", 41_000, 47_000, "我的冰箱", 0.9),
        SegmentFact("agent", 42_000, 48_000, "等一下", 0.9),
    )
    finding = find(replace(AGENT_CALL, segments=both), CRITERIA["talk_over"])
    assert finding.verdict is FAIL and in_words(finding.reason, "en").startswith("42%")


def test_a_caller_who_hung_up_owes_no_goodbye_to_anyone():
    gone = replace(BOT_CALL, call=replace(BOT_CALL.call, outcome="caller_left"))
    assert verdict("ending", gone) is NA


def test_the_bots_words_are_shown_where_they_begin_in_the_recording():
    finding = find(BOT_CALL, CRITERIA["greeting"])
    assert [(span.start_ms, span.end_ms) for span in finding.evidence] == [(0, 4000)]
