import time

import pytest

from tts.engine_process import EngineGone, EngineProcess
from tts.errors import SynthesisFailed, VoiceMissing
from tts.pyttsx3_speaker import Pyttsx3Speaker

READY = 'print(\'{"voices": ["cmn", "en-us"]}\', flush=True)\n'
READ = "import sys, time\nrequest = sys.stdin.readline()\n"


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Puts a script in the engine's place."""

    def replace(script):
        (tmp_path / "child.py").write_text(script)
        monkeypatch.setattr("tts.engine_process._CHILD", tmp_path / "child.py")

    return replace


def failure_of(tmp_path, seconds=5.0):
    engine = EngineProcess(tmp_path, 10)
    with pytest.raises(EngineGone) as gone:
        engine.render("hello", "en-us", 160, seconds)
    return str(gone.value)


@pytest.mark.parametrize(
    ("script", "seconds", "reason"),
    [
        ("raise SystemExit(3)", 10, "ended with status"),
        ('print(\'{"error": "no library"}\')', 10, "no library"),
        ("import time; time.sleep(60)", 0.5, "did not answer in time"),
    ],
)
def test_an_engine_that_does_not_start_says_why(child, tmp_path, script, seconds, reason):
    child(script)
    with pytest.raises(EngineGone, match=reason):
        EngineProcess(tmp_path, seconds)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (READY + READ + "sys.exit(3)", "ended with status"),
        (READY + READ + "time.sleep(60)", "did not answer in time"),
        (READY + READ + "print('{\"id\": 7}', flush=True)", "answered request 7, not 1"),
        (READY + READ + 'print(\'{"id": 1, "size": 99}\', flush=True)', "ended with status"),
    ],
)
def test_an_engine_that_fails_in_a_text_is_given_up_with_the_reason(
    child, tmp_path, script, reason
):
    child(script)
    assert reason in failure_of(tmp_path, seconds=1.0)


def test_a_speaker_whose_engines_all_hang_fails_within_its_deadline(child, tmp_path):
    child(READY + READ + "time.sleep(60)")
    speaker = Pyttsx3Speaker(workers=1, deadline_seconds=1.0, scratch=tmp_path)
    began = time.monotonic()
    with pytest.raises(SynthesisFailed, match="text of 5 characters: engine did not answer"):
        speaker.speak("hello", "en")
    assert time.monotonic() - began < 3
    assert speaker.pids() == ()


def test_an_engine_that_returns_no_sound_is_asked_twice_and_then_refused(child, tmp_path):
    answer = """
import sys, json
print('{"voices": ["cmn", "en-us"]}', flush=True)
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "size": 0}), flush=True)
"""
    child(answer)
    speaker = Pyttsx3Speaker(workers=1, scratch=tmp_path)
    with pytest.raises(SynthesisFailed, match="not with a RIFF/WAVE header"):
        speaker.speak("hello", "en")
    speaker.close()


def test_an_engine_without_our_voices_is_refused_by_name(child, tmp_path):
    child('import sys\nprint(\'{"voices": ["en-us"]}\', flush=True)\nsys.stdin.read()')
    speaker = Pyttsx3Speaker(workers=1, scratch=tmp_path)
    with pytest.raises(VoiceMissing, match="no voice for 'cmn'; there are en-us"):
        speaker.speak("hello", "en")
    assert speaker.pids() == ()
