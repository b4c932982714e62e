import shutil
import subprocess
import sys

import pytest

from asr.errors import ModelMissing
from asr.model_files import check_model, default_models, sampling_rate


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bundled_models_are_whole_and_hear_eight_kilohertz(language):
    folder = default_models()[language]
    check_model(folder)
    assert sampling_rate(folder) == 8000


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelMissing, match=r"nowhere' does not exist"):
        check_model(tmp_path / "nowhere")


def test_every_missing_or_empty_file_is_named_at_once(tmp_path):
    folder = tmp_path / "en"
    shutil.copytree(default_models()["en"], folder)
    (folder / "am" / "final.mdl").write_bytes(b"")
    (folder / "graph" / "Gr.fst").unlink()
    with pytest.raises(ModelMissing) as missing:
        check_model(folder)
    assert "am/final.mdl" in str(missing.value)
    assert "graph/Gr.fst" in str(missing.value)


def test_a_model_that_names_no_rate_is_taken_for_kaldis_sixteen_kilohertz(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "mfcc.conf").write_text("--num-ceps=40\n")
    assert sampling_rate(tmp_path) == 16000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bundled_models_are_small_and_know_the_hotlines_words(language):
    folder = default_models()[language]
    assert sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) <= 6_000_000
    lines = (folder / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    words = {line.split()[0] for line in lines}
    assert len(words) >= 1500
    wanted = {
        "zh": ["冰箱", "洗衣机", "快递", "退款", "星期六", "杭州", *"零一二三四五六七八九幺"],
        "en": ["fridge", "washing", "parcel", "saturday", "hangzhou", "zero", "oh", "nine"],
    }
    assert [
        word for word in [*wanted[language], *"abcdefghijklmnopqrstuvwxyz"] if word not in words
    ] == []


def test_kaldifst_and_vosk_are_not_loaded_by_what_starts_the_builder():
    code = (
        "import sys, ops.cli_models, asr.model_check, asr.training.builder\n"
        "assert not {'vosk', 'kaldifst', 'jieba'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
