import pytest

from asr.endpointer import (
    Accepted,
    Dropped,
    Ended,
    Endpointer,
    EndpointerSettings,
    Started,
    Unanswered,
)


def run(pattern, *, endpointer=None):
    """Feed (is_speech, ms) stretches; the events in order."""
    endpointer = endpointer or Endpointer()
    events = []
    for is_speech, ms in pattern:
        for _ in range(ms // 20):
            events += endpointer.process(is_speech)
    return events


def kinds(events):
    return [type(event) for event in events]


def test_speech_starts_is_accepted_and_ends_at_the_true_end_of_voice():
    events = run([(False, 500), (True, 1000), (False, 700)])
    assert events == [
        Started(started_ms=500, at_ms=560),
        Accepted(started_ms=500, at_ms=720),
        Ended(started_ms=500, ended_ms=1500, at_ms=2100),
    ]


def test_a_cough_is_started_and_dropped_but_never_accepted():
    assert kinds(run([(False, 200), (True, 100), (False, 700)])) == [Started, Dropped]


def test_a_short_yes_is_an_utterance_without_stopping_the_bot():
    events = run([(False, 200), (True, 140), (False, 700)])
    assert kinds(events) == [Started, Ended]
    assert events[-1].ended_ms == 340


def test_single_frames_of_noise_never_start_speech():
    assert run([(False, 100), *[(True, 20), (False, 60)] * 50]) == []


def test_taps_far_apart_never_add_up_to_speech():
    assert Accepted not in kinds(run([*[(True, 60), (False, 200)] * 30]))


def test_gaps_inside_words_do_not_end_an_utterance():
    events = run([(True, 300), (False, 500), (True, 300), (False, 700)])
    assert kinds(events) == [Started, Accepted, Ended]
    assert events[-1].ended_ms == 1100


@pytest.mark.parametrize(("pause_ms", "utterances"), [(1000, 1), (1400, 2)])
def test_while_the_answer_is_not_whole_a_pause_of_a_second_is_no_end(pause_ms, utterances):
    endpointer = Endpointer()
    endpointer.judge(whole=False)
    events = run(
        [(True, 600), (False, pause_ms), (True, 600), (False, 1400)], endpointer=endpointer
    )
    # nobody has judged anew after the first utterance: it holds
    assert kinds(events).count(Ended) == utterances


def test_a_short_first_digit_is_not_cut_off_while_the_answer_is_not_whole():
    endpointer = Endpointer()
    endpointer.judge(whole=False)
    events = run([(True, 140), (False, 900), (True, 600), (False, 1400)], endpointer=endpointer)
    assert kinds(events) == [Started, Accepted, Ended]
    assert events[-1].started_ms == 0


def test_an_answer_that_is_whole_by_now_ends_after_an_ordinary_pause():
    endpointer = Endpointer()
    endpointer.judge(whole=False)
    assert Ended not in kinds(run([(True, 600), (False, 400)], endpointer=endpointer))
    endpointer.judge(whole=True)
    assert Ended in kinds(run([(False, 200)], endpointer=endpointer))


def test_an_answer_that_becomes_whole_late_ends_at_once():
    endpointer = Endpointer()
    endpointer.judge(whole=False)
    assert Ended not in kinds(run([(True, 600), (False, 900)], endpointer=endpointer))
    endpointer.judge(whole=True)
    assert kinds(run([(False, 20)], endpointer=endpointer)) == [Ended]


def test_voice_without_end_is_cut_and_goes_on_as_a_new_utterance():
    events = run([(True, 31_000)])
    assert [event.ended_ms for event in events if isinstance(event, Ended)] == [15_000, 30_000]


def test_silence_gives_no_input_once_and_only_when_expected():
    assert run([(False, 60_000)]) == []
    endpointer = Endpointer()
    endpointer.expect()
    assert run([(False, 60_000)], endpointer=endpointer) == [Unanswered(at_ms=7000)]


def test_the_no_input_clock_starts_again_with_each_expectation():
    endpointer = Endpointer()
    endpointer.expect()
    run([(False, 6000)], endpointer=endpointer)
    endpointer.expect()
    assert run([(False, 6000)], endpointer=endpointer) == []
    assert run([(False, 1000)], endpointer=endpointer) == [Unanswered(at_ms=13_000)]


def test_while_the_bot_speaks_silence_is_fine():
    endpointer = Endpointer()
    endpointer.expect()
    endpointer.pause_no_input()
    assert run([(False, 20_000)], endpointer=endpointer) == []


def test_an_answer_stops_the_no_input_clock():
    endpointer = Endpointer()
    endpointer.expect()
    events = run([(False, 6900), (True, 500), (False, 20_000)], endpointer=endpointer)
    assert kinds(events) == [Started, Accepted, Ended]


def test_a_dropped_cough_does_not_answer():
    endpointer = Endpointer()
    endpointer.expect()
    events = run([(True, 80), (False, 7000)], endpointer=endpointer)
    assert kinds(events) == [Started, Dropped, Unanswered]


def test_the_timers_are_the_callers_to_set():
    endpointer = Endpointer(EndpointerSettings(stop_ms=300, accept_ms=100))
    events = run([(True, 400), (False, 320)], endpointer=endpointer)
    assert events[-1] == Ended(started_ms=0, ended_ms=400, at_ms=700)


def test_speech_with_gaps_between_its_syllables_is_accepted_within_340_ms():
    gaps = [(True, 100), (False, 80), (True, 60), (False, 60), (True, 60), (False, 60)]
    events = run([*gaps, (True, 200), (False, 700)])
    assert kinds(events) == [Started, Accepted, Ended]
    assert events[1].at_ms <= 340


def test_a_cough_that_is_over_is_not_accepted_for_having_begun_long_ago():
    assert kinds(run([(True, 160), (False, 700)])) == [Started, Ended]
