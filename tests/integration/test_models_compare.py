"""`hotline models compare`: two models in use are measured against each other, and it is kept."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from asr.model_files import default_models
from ops.cli import main
from ops.language_contrast import contrast_in_use


def test_a_pair_that_was_compared_tells_languages_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.language_contrast.SENTENCES", 2)
    own = tmp_path / "own"
    shutil.copytree(default_models()["en"], own)
    environ = {"HOTLINE_MODELS": str(tmp_path), "HOTLINE_ASR_MODEL_EN": str(own)}

    ran = CliRunner().invoke(main, ["models", "compare", "--json"], env=environ)

    assert ran.exit_code == 0, ran.output
    kept = contrast_in_use({"en": own}, tmp_path)
    assert kept is not None and kept.as_json() == json.loads(ran.stdout)
    assert kept.scale > 0
