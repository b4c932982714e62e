"""Past calls: the list, a call's page, its sound."""

from datetime import timedelta

import pytest

from calls.kinds import Kind
from recordings.models import Recording
from tests.fakes.console_house import SID, START, a_call, recorded_call


def test_the_list_pages_by_fifty_and_masks_every_number(house):
    for n in range(51):
        house.clock[0] = START + timedelta(minutes=n)
        a_call(house, f"CA{n:032}", f"+8613800001{n:03}")
    client = house.person("noor")

    first, second = client.get("/calls").text, client.get("/calls?page=2").text

    assert first.count("/calls/CA") == 50
    assert second.count("/calls/CA") == 1
    assert "+86138****1050" in first
    assert "+8613800001" not in first + second


def test_the_list_is_narrowed_by_what_the_reader_chooses(house):
    recorded_call(house)
    a_call(house, "CA-other", "+8613800000999")
    client = house.person("noor")

    assert client.get("/calls?outcome=answered_by_agent").text.count("/calls/CA") == 1
    assert SID in client.get("/calls?band=flag").text
    assert "CA-other" not in client.get("/calls?band=flag").text
    assert "CA-other" in client.get("/calls?tail=0999").text
    assert client.get("/calls?language=en").text.count("/calls/CA") == 0


def test_a_call_page_shows_findings_with_their_place_in_the_sound(house):
    recorded_call(house)
    page = house.person("noor").get(f"/calls/{SID}").text

    assert "Apologises" in page and "no apology within 30 s" in page
    assert 'data-start="9000"' in page and "这算什么服务" in page
    assert 'data-start="1500"' in page and "请打 138****0103" in page
    assert "62.5 of 100" in page
    assert "13800000103" not in page


def test_the_sound_is_served_in_ranges_to_those_who_may_listen(house):
    recorded_call(house)
    client = house.person("noor")
    path = f"/calls/{SID}/audio"

    with client.get(path, headers={"Range": "bytes=0-99"}) as part:
        assert part.status_code == 206
        assert len(part.data) == 100 and part.data[:4] == b"RIFF"
    assert client.get(path, headers={"Range": "bytes=999999-"}).status_code == 416
    with client.get(path) as whole:
        assert whole.mimetype == "audio/wav"


def test_the_waveform_has_a_line_for_each_channel(house):
    recorded_call(house)
    drawn = house.person("noor").get(f"/calls/{SID}/peaks.json").json

    assert drawn["duration"] == 1.0
    assert drawn["channels"] == 2
    assert drawn["peaks"][0][0] == 0.125 and drawn["peaks"][1][0] == 0.062


def test_a_stored_path_that_leads_outside_is_not_served(house, tmp_path):
    recorded_call(house)
    (tmp_path / "secret.wav").write_bytes(b"RIFF secret")
    with house.deps.session_factory.begin() as session:
        session.get(Recording, "RE1").path = "../secret.wav"

    assert house.person("noor").get(f"/calls/{SID}/audio").status_code == 404


def felt(house, seconds, score, level, **more):
    at = START + timedelta(seconds=seconds)
    data = {"turn": 1, "score": score, "level": level, "confidence": 0.8, "reasons": [], **more}
    house.log.append(SID, Kind.EMOTION, at, **data)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_course_of_a_callers_mood_is_drawn_without_script_or_inline_style(house, language):
    a_call(house)
    felt(house, 4, 0.0, 0, abstained=True, reasons=[{"code": "no_voice", "values": {}}])
    felt(house, 12, 0.2, 0)
    said = [{"code": "said", "values": {"words": {"投诉<b>": 1}}}]
    felt(house, 30, 0.92, 3, reasons=said)
    reader = house.person("noor")
    reader.set_cookie("hotline_language", language)

    page = reader.get(f"/calls/{SID}").text

    drawing = page[page.index('<svg class="mood"') : page.index("</svg>")]
    assert drawing.count("<circle") == 3 and 'class="reading doubt"' in drawing
    assert 'role="img"' in drawing and "style=" not in drawing
    assert "投诉&lt;b&gt;" in drawing and "<b>" not in drawing
    table = page[page.index("<details>") : page.index("</details>")]
    assert table.count("<tr>") == 4  # the head and each reading
    assert ("没有可判断的语音" if language == "zh" else "no voice to judge") in table
    assert ("12 s" not in table) and "0:12" in table


def test_a_call_without_readings_and_a_refusal_say_so(house):
    a_call(house)
    reader = house.person("noor")
    reader.set_cookie("hotline_language", "zh")
    assert "没有情绪读数" in reader.get(f"/calls/{SID}").text
    house.log.append(SID, Kind.ANALYSIS_REFUSED, START)
    assert "来电人拒绝分析语音" in reader.get(f"/calls/{SID}").text
