"""Stories against the real exchange, voices and sockets; the application is a few lines."""

from pathlib import Path

import aiohttp

from tests.fakes.story_box import AISHA, ANSWERED, GREETING, LONG_SPEECH, TO_AISHA, box, run, story


def test_a_caller_hears_the_bot_and_the_latency_is_told(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING + '<Pause length="3"/>' + GREETING) as it:
            told = await it.play(story("[wait_for_bot, say: yes please, wait_for_hangup]"))
            assert told["failures"] == [] and told["state"] == "done"
            mei = told["callers"][0]
            assert mei["call_sid"].startswith("CA") and mei["ended_reason"] == "completed"
            said = mei["steps"][1]
            assert said["text"] == "yes please"
            assert 300 < said["voice_ended_ms"] - said["voice_started_ms"] < 2500
            assert 500 < said["latency_ms"] < 3000  # the pause of 3 s less our own sentence
            assert Path(mei["sound"]).stat().st_size > 16000

    run(work)


def test_a_caller_repeats_as_often_as_the_bot_stops(tmp_path: Path) -> None:
    async def work() -> None:
        bot = (GREETING + '<Pause length="2"/>') * 3
        async with box(tmp_path, bot) as it:
            told = await it.play(story("[{keep_saying: 'no', times: 2}, hang_up]"))
            assert told["failures"] == []
            said = [step for step in told["callers"][0]["steps"] if step["kind"] == "keep_saying"]
            assert [step["text"] for step in said] == ["no", "no"]

    run(work)


def test_words_until_a_person_comes_may_stay_unsaid(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, ANSWERED + LONG_SPEECH) as it:
            steps = "[{keep_saying: 'no', within: 0.5, until: person}, hang_up]"
            told = await it.play(story(steps))
            assert told["failures"] == []

    run(work)


def test_a_bot_that_talks_over_an_interruption_is_found_out(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, LONG_SPEECH) as it:
            told = await it.play(story("[{interrupt_after: 0.8, say: stop}, hang_up]"))
            assert told["failures"] == []
            assert told["callers"][0]["steps"][0]["bot_kept_talking_ms"] > 200

    run(work)


def test_a_wait_that_runs_out_fails_the_story_with_its_place(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, ANSWERED + '<Pause length="20"/>') as it:
            told = await it.play(story("[{wait_for_bot: , within: 1}]"))
            assert told["state"] == "failed"
            assert told["failures"] == [
                "Mei: callers[0].steps[0] wait_for_bot: "
                "waited 1 s for the other side to speak and finish"
            ]
            assert it.exchange.live_legs() == []

    run(work)


def test_an_agent_at_a_desk_answers_and_the_caller_knows_a_person(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING + TO_AISHA) as it:
            steps = "[wait_for_bot, wait_for_person, wait_for_bot, say: thank you, wait_for_hangup]"
            told = await it.play(story(steps, AISHA))
            assert told["failures"] == []
            assert told["agents"][0]["state"] == "done"
            assert [path for path, _ in it.desk.posts] == [
                "/desk/status", "/desk/wrap-up/done", "/desk/status"
            ]  # fmt: skip
            assert it.desk.posts[-1][1] == {"status": "logged_out"}
            assert not it.exchange.is_registered("client:aisha")

    run(work)


def test_an_agent_with_a_wrong_password_fails_the_story(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING) as it:
            wrong = AISHA.replace("user: aisha", "user: aisha, password: wrong")
            told = await it.play(story("[hang_up]", wrong))
            assert "was answered 401" in told["failures"][0]

    run(work)


def test_an_agent_who_lets_it_ring_or_rejects_is_not_connected(tmp_path: Path) -> None:
    async def work() -> None:
        for step in ("reject", "ring_out"):
            lines = AISHA.split("      - available")[0].replace("    login: { user: aisha }\n", "")
            async with box(tmp_path / step, TO_AISHA.replace("8", "1")) as it:
                told = await it.play(story("[wait_for_hangup]", f"{lines}      - {step}"))
                assert told["failures"] == []
                assert it.exchange.journal.entries("bridged") == []

    run(work)


def test_stopping_a_story_hangs_everybody_up(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, ANSWERED + '<Pause length="60"/>') as it:
            started = it.people.start(story("[noise]"))
            await it.exchange.journal.wait_for("answered", 5)
            async with aiohttp.ClientSession() as http:
                url = f"{it.url}/box/stories/{started.id}/stop"
                async with http.post(url, headers={"Origin": "http://evil.example"}) as answer:
                    assert answer.status == 403
                async with http.post(url) as answer:
                    assert (await answer.json())["state"] == "failed"
            assert it.exchange.live_legs() == []

    run(work)


def test_a_wrong_story_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING) as it, aiohttp.ClientSession() as http:
            body = {"story": story("[dance, {pause: -1}]")}
            async with http.post(f"{it.url}/box/stories", json=body) as answer:
                assert answer.status == 422
                assert len((await answer.json())["problems"]) == 2

    run(work)
