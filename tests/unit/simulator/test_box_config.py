import json

import pytest

from simulator.box_config import ConfigInvalid, read_config

GOOD = {
    "account_sid": "AC1",
    "auth_token": "secret",
    "scratch": "var",
    "numbers": [{"e164": "+1", "voice_url": "http://x/voice"}],
    "options": {"trial": True},
    "people": {"a": 1},
}


def written(tmp_path, **changes):
    path = tmp_path / "box.json"
    path.write_text(json.dumps({**GOOD, **changes}))
    return path


def test_a_good_file_is_read_whole(tmp_path):
    config = read_config(written(tmp_path))
    assert config.numbers[0].voice_url == "http://x/voice"
    assert config.options.trial
    assert config.people == {"a": 1}
    assert "secret" not in repr(config)


def test_all_problems_are_told_at_once(tmp_path):
    path = written(tmp_path, port=-1, auth_token="", options={"x": 1}, numbers=[{"e164": "+1"}])
    with pytest.raises(ConfigInvalid) as caught:
        read_config(path)
    said = str(caught.value)
    for part in ("'port' must be", "'auth_token' is missing", "options: 'x'", "'voice_url'"):
        assert part in said
    assert len(caught.value.problems) == 4


def test_a_file_that_is_not_json_is_a_sentence(tmp_path):
    path = tmp_path / "box.json"
    path.write_text("{")
    with pytest.raises(ConfigInvalid, match="not readable as JSON"):
        read_config(path)
