import wave

import numpy as np
import pytest

from asr.training.alignment import Frames, align
from asr.training.errors import RecordingsUnusable
from asr.training.recordings import read_recordings
from asr.training.speech import SILENCE_NAME, Span

COLUMNS = {SILENCE_NAME: 0, "s": 1, "iy": 2, "aa": 3}
FRAMES = Frames(step=0.03)


def scores(*names):
    """Posteriors of a network that hears these, one a row, and is rather sure."""
    rows = np.full((len(names), len(COLUMNS)), 0.02)
    for row, name in zip(rows, names, strict=True):
        row[COLUMNS[name]] = 0.94
    return np.log(rows)


def test_phones_are_found_where_the_network_hears_them():
    heard = scores("SIL", "SIL", "s", "s", "s", "iy", "iy", "SIL")
    found = align(heard, [["s", "iy"]], COLUMNS, FRAMES, 0.25)
    assert found.reading == ["s", "iy"]
    assert found.spans == [
        Span(SILENCE_NAME, 0.0, pytest.approx(0.06)),
        Span("s", pytest.approx(0.06), pytest.approx(0.15)),
        Span("iy", pytest.approx(0.15), pytest.approx(0.21)),
        Span(SILENCE_NAME, pytest.approx(0.21), 0.25),
    ]
    assert found.score == pytest.approx(np.log(0.94))


def test_silence_at_the_ends_is_no_duty():
    found = align(scores("s", "iy", "iy"), [["s", "iy"]], COLUMNS, FRAMES, 0.09)
    assert [span.phone for span in found.spans] == ["s", "iy"]
    assert found.spans[0].start == 0.0 and found.spans[-1].end == 0.09


def test_the_reading_that_was_said_is_chosen():
    heard = scores("s", "s", "aa", "aa", "aa")
    found = align(heard, [["s", "iy"], ["s", "aa"], ["s"]], COLUMNS, FRAMES, 0.15)
    assert found.reading == ["s", "aa"]
    other = align(heard, [["s", "iy"]], COLUMNS, FRAMES, 0.15)
    assert other.score < found.score - 1


def test_a_sound_that_is_said_twice_has_two_spans():
    heard = scores("s", "iy", "s", "iy")
    found = align(heard, [["s", "iy", "s", "iy"]], COLUMNS, FRAMES, 0.12)
    assert [span.phone for span in found.spans] == ["s", "iy", "s", "iy"]


def test_every_phone_has_a_frame_or_there_is_no_alignment():
    assert align(scores("s", "iy"), [["s", "iy", "s"]], COLUMNS, FRAMES, 0.06) is None
    squeezed = align(scores("s", "s", "s"), [["s", "iy", "s"]], COLUMNS, FRAMES, 0.09)
    assert [span.phone for span in squeezed.spans] == ["s", "iy", "s"]
    assert align(scores("s"), [], COLUMNS, FRAMES, 0.03) is None


def test_rows_may_begin_late():
    found = align(scores("SIL", "s", "iy"), [["s", "iy"]], COLUMNS, Frames(0.03, 0.0075), 0.1)
    assert found.spans[1].start == pytest.approx(0.0375)


def recordings(folder, *rows, header="path,dataset,lang,speaker,text"):
    (folder / "manifest.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    with wave.open(str(folder / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(np.full(16000, 500, "<i2").tobytes())
    return folder


def test_recordings_come_at_the_telephones_rate_with_the_ways_to_say_them(tmp_path):
    folder = recordings(
        tmp_path, "a.wav,digits,en,mei,zero", "a.wav,digits,en,tomas,nine", "a.wav,w,zh,mei,商行"
    )
    zero, nine = read_recordings(folder, "en")
    assert zero.samples.size == 8000 and zero.voice == "digits/mei"
    assert ("z", "ih", "r", "ow") in zero.readings
    assert nine.readings == [("n", "ay", "n")]
    (house,) = read_recordings(folder, "zh")
    assert [" ".join(way) for way in house.readings] == ["s. A1 N S; i2 N", "s. A1 N X A2 N"]


def test_speakers_that_are_kept_out_are_not_heard(tmp_path):
    folder = recordings(tmp_path, "a.wav,digits,en,mei,zero", "a.wav,other,en,mei,two words")
    (left,) = read_recordings(folder, "en", kept_out={"digits/mei"})
    assert left.voice == "other/mei"
    assert [way[:2] for way in left.readings] == [("t", "uw")] * len(left.readings)


def test_a_speaker_who_is_not_there_cannot_be_kept_out(tmp_path):
    folder = recordings(tmp_path, "a.wav,digits,en,mei,zero")
    with pytest.raises(RecordingsUnusable, match="no speaker 'digits/may'"):
        list(read_recordings(folder, "en", kept_out={"digits/may"}))


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    with pytest.raises(RecordingsUnusable, match="no such file"):
        list(read_recordings(tmp_path, "en"))
    folder = recordings(tmp_path, "a.wav,en,mei,zero", header="path,lang,speaker,text")
    with pytest.raises(RecordingsUnusable, match="lacks the column 'dataset'"):
        list(read_recordings(folder, "en"))
    folder = recordings(tmp_path, "gone.wav,digits,en,mei,zero")
    with pytest.raises(RecordingsUnusable, match=r"gone\.wav"):
        list(read_recordings(folder, "en"))
