import pytest

from simulator.steps import STEP_RULES, StepKind
from simulator.story import StoryInvalid, load_story, read_story
from simulator.voices import Temper

MEI = {
    "name": "Mei",
    "from": "+8613800000101",
    "to": "+864008000001",
    "voice": {"language": "zh", "temper": "tired"},
    "steps": ["wait_for_bot", {"say": "你好"}],
}
AISHA = {
    "name": "aisha",
    "address": "client:aisha",
    "voice": {"language": "zh"},
    "steps": [{"wait_until_caller_waits": "Mei"}, {"answer": 1}],
}


def story(**changes: object) -> dict[str, object]:
    return {"name": "test", "callers": [MEI], **changes}


def problems_of(raw: object) -> list[str]:
    with pytest.raises(StoryInvalid) as caught:
        read_story(raw)
    return caught.value.problems


def with_step(step: object) -> dict[str, object]:
    return story(callers=[{**MEI, "steps": [step]}])


def test_the_bundled_story_has_its_four_callers_and_their_ends() -> None:
    found = load_story("first_calls")
    assert [caller.from_[-3:] for caller in found.callers] == ["101", "102", "103", "104"]
    assert found.expect["Grace"].agent == "tomas"
    assert found.expect["Grace"].after == "Zhou Li"


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(StoryInvalid, match=r"only: .*first_calls"):
        load_story("no_such_story")


def test_all_problems_are_told_at_once_with_their_places() -> None:
    found = problems_of(
        {
            "name": "x",
            "callers": [{**MEI, "from": 8613800000101, "steps": ["dance", {"pause": -1}]}],
            "agents": [{**AISHA, "address": "tomas", "steps": []}],
            "expect": {"Sam": "solved_by_bot"},
        }
    )
    for place in ("callers[0].from", "callers[0].steps[0]", "callers[0].steps[1]",
                  "agents[0].address", "agents[0].steps", "expect.Sam"):  # fmt: skip
        assert any(problem.startswith(place) for problem in found), place


def test_a_step_takes_its_person_s_temper_unless_it_says_otherwise() -> None:
    steps = [{"say": "你好"}, {"say": "你好", "temper": "angry"}]
    found = read_story(story(callers=[{**MEI, "steps": steps}]))
    assert [step.temper for step in found.callers[0].steps] == [Temper.TIRED, Temper.ANGRY]


def test_every_wait_has_a_limit_that_a_story_may_change() -> None:
    for kind in StepKind:
        if kind.value.startswith("wait") or kind in (StepKind.ANSWER, StepKind.NOISE):
            assert STEP_RULES[kind].within > 0, kind
    found = read_story(with_step({"wait_for_bot": None, "within": 3}))
    assert found.callers[0].steps[0].within == 3


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ({"say": True}, "quote it"),
        ({"say": "x" * 500}, "1 to 400 characters"),
        ({"press": "5a"}, "should look like '12#'"),
        ({"answer": 1}, "nothing that a caller does"),
        ({"interrupt_after": 0.8}, ".say is None"),
        ({"say": "a", "press": "1"}, "should be one of"),
        ({"say": "a", "temper": "furious"}, "known are calm, angry, tired"),
        ({"keep_saying": "yes", "times": 0}, "from 1 to 50"),
        ({"keep_saying": "yes", "until": "dawn"}, "person or hangup"),
        ({"pause": True}, "number of seconds"),
        ({"hang_up": 5}, "nothing belongs there"),
        (7, "should be one of"),
    ],
)
def test_a_wrong_step_says_what_would_be_right(step: object, sentence: str) -> None:
    assert any(sentence in problem for problem in problems_of(with_step(step)))


def test_an_agent_may_only_wait_for_callers_of_the_story() -> None:
    wrong = {**AISHA, "steps": [{"wait_until_caller_waits": "Sam"}]}
    assert "no caller of this story" in problems_of(story(agents=[wrong]))[0]


@pytest.mark.parametrize("name", ["../Mei", "a/b", "", "." * 3])
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    assert problems_of(story(callers=[{**MEI, "name": name}]))


@pytest.mark.parametrize("source", ["a: [", "- just\n- a list", "", "x" * 70_000, "name: [1]"])
def test_what_is_no_story_is_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(StoryInvalid):
        load_story(source or "\n")
