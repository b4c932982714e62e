import json

import pytest

from asr.catalogue import find_model, load_catalogue
from asr.errors import CatalogueInvalid, ModelUnknown
from ops.model_choices import (
    ChoicesInvalid,
    chosen_models,
    models_folder,
    read_choices,
    write_choice,
)

GOOD = """
models:
  - {name: tiny, language: zh, size: small, megabytes: 1, unpacked: 2, licence: MIT,
     address: "http://localhost/tiny.zip"}
"""


def test_the_bundled_list_offers_both_languages_and_says_licence_and_size():
    models = load_catalogue()
    assert find_model(models, "zh").size == find_model(models, "en").size == "small"
    assert find_model(models, "en", "large").megabytes > 1000
    assert all(model.licence and model.address.startswith("https://") for model in models)


def test_an_unknown_model_is_answered_with_the_known_ones():
    with pytest.raises(ModelUnknown, match="'fr'; known are vosk-model-small-cn"):
        find_model(load_catalogue(), "fr")


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("name: tiny", "name: ../tiny"), "name '../tiny' may hold"),
        (("http://localhost", "file:///etc"), "begins with neither https:// nor http://"),
        (("megabytes: 1", "megabytes: many"), "megabytes 'many' is no positive number"),
        (("licence: MIT,", ""), "field 'licence' is missing"),
        (("size: small", "size: huge"), "size 'huge' is none of"),
        (("size: small", "size: small, sha256: abc"), "not 64 hexadecimal digits"),
        (("size: small", "size: small, colour: red"), "field 'colour' is unknown"),
        (("models:", "other:"), "there is no list 'models'"),
        (("models:", "models: ["), "is wrong"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(tmp_path, change, finding):
    path = tmp_path / "list.yaml"
    path.write_text(GOOD)
    assert len(load_catalogue(path)) == 1
    path.write_text(GOOD.replace(*change))
    with pytest.raises(CatalogueInvalid) as refused:
        load_catalogue(path)
    assert finding in str(refused.value)


def test_a_choice_is_kept_by_name_and_the_environment_wins(tmp_path):
    (tmp_path / "tiny").mkdir()
    write_choice(tmp_path, "zh", tmp_path / "tiny")
    assert json.loads((tmp_path / "choices.json").read_text()) == {"zh": "tiny"}
    environ = {"HOTLINE_MODELS": str(tmp_path)}
    assert chosen_models(environ) == {"zh": tmp_path / "tiny"}
    environ["HOTLINE_ASR_MODEL_ZH"] = "/elsewhere"
    assert str(chosen_models(environ)["zh"]) == "/elsewhere"
    write_choice(tmp_path, "zh", None)
    assert read_choices(tmp_path) == {}


def test_the_models_folder_lies_below_hotlines_own():
    assert models_folder({"HOTLINE_FOLDER": "/data"}).as_posix() == "/data/models"
    assert models_folder({"HOTLINE_MODELS": "/m", "HOTLINE_FOLDER": "/data"}).as_posix() == "/m"


@pytest.mark.parametrize("content", ["", "[]", '{"fr": "x"}', '{"zh": "gone"}', "\0"])
def test_a_broken_choice_says_how_to_choose_again_and_can_be_mended(tmp_path, content):
    (tmp_path / "choices.json").write_text(content)
    with pytest.raises(ChoicesInvalid, match="hotline models use"):
        read_choices(tmp_path)
    write_choice(tmp_path, "zh", None)
    assert read_choices(tmp_path) == {}
