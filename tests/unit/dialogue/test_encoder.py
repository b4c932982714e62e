"""The encoder over a tiny network of made-up numbers, and as it is shipped."""

from pathlib import Path

import numpy as np
import pytest

from dialogue.errors import WeightsMissing
from dialogue.nlu.classifier import CLASSES
from dialogue.nlu.encoder import MAX_PIECES, Encoder
from dialogue.nlu.passages import Passage
from dialogue.nlu.word_pieces import WordPieces
from tests.fakes.sentence_model import PIECES, make_sentence_model

WIDTH = 48
TEXT = "where is my parcel and my refund"


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    pytest.importorskip("torch", reason="needs: make setup-acoustic")
    import torch

    from dialogue.nlu.encoder_network import Network

    torch.manual_seed(1)
    network = Network(make_sentence_model(tmp_path_factory.mktemp("model"), WIDTH), PIECES)
    torch.nn.init.normal_(network.joint.weight, std=0.5)
    return network.eval()


@pytest.fixture(scope="module")
def encoder(network, tmp_path_factory) -> Encoder:
    path = tmp_path_factory.mktemp("encoder") / "encoder.npz"
    np.savez(path, **network.packed())
    return Encoder.load(path)


def test_what_torch_learnt_is_what_is_read_without_it(network, encoder):
    import torch

    heard = encoder.read(TEXT)
    row = network.row(Passage(tuple(TEXT.split()), (), None))
    with torch.no_grad():
        states = network.states([row])
        wanted = network.judge(states[0, row[1][0] : row[1][4]].mean(0)).numpy()
        joints = torch.sigmoid(network.joint(states[0, row[1][:-1]]))[:, 0].numpy()
    assert np.abs(heard.logits(0, 4) - wanted).max() < 0.03
    assert np.abs(heard.joints - joints).max() < 0.05


def test_a_stretch_is_judged_in_the_light_of_what_stands_around_it(encoder):
    alone, within = encoder.read("my refund"), encoder.read(TEXT)
    assert alone.logits(0, 2).shape == (len(CLASSES),)
    assert np.abs(alone.logits(0, 2) - within.logits(5, 7)).max() > 1e-3


def test_more_pieces_than_it_reads_are_left_out(encoder):
    words = "late " * (MAX_PIECES + 40)
    heard = encoder.read(words)
    assert len(heard.joints) == MAX_PIECES + 40
    assert np.isfinite(heard.logits(MAX_PIECES + 10, MAX_PIECES + 20)).all()


def test_a_file_that_is_absent_or_does_not_fit_is_named(tmp_path):
    path = tmp_path / "encoder.npz"
    with pytest.raises(WeightsMissing, match="absent"):
        Encoder.load(path)
    np.savez(path, pieces=np.frombuffer(b"a\nb", np.uint8), words=np.zeros((1, 4), np.int8))
    with pytest.raises(WeightsMissing, match="2 pieces, 1 vectors"):
        Encoder.load(path)


def test_a_word_is_read_as_its_longest_known_parts():
    pieces = WordPieces(PIECES)
    names = [PIECES[number] for number in pieces.of("boxes")]
    assert names == ["box", "##es"]
    assert [PIECES[number] for number in pieces.of("été")] == ["[UNK]", "t", "[UNK]"]


def test_pieces_stand_between_start_and_end_and_words_know_where_they_begin():
    numbers, starts = WordPieces(PIECES).numbered(("my", "boxes", "late"), 99)
    names = [PIECES[number] for number in numbers]
    assert names == ["[CLS]", "my", "box", "##es", "late", "[SEP]"]
    assert starts == [1, 2, 4, 5]


def test_training_lowers_the_surprise_and_keeps_the_pieces_of_the_examples(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="needs: make setup-acoustic")
    from dialogue.nlu import train_encoder
    from dialogue.nlu.examples import Example
    from dialogue.nlu.passages import Passages

    monkeypatch.setattr(train_encoder, "PASSES", 20)
    monkeypatch.setattr(train_encoder, "PACE", 1e-2)
    monkeypatch.setattr(train_encoder, "HEAD_PACE", 5e-2)
    monkeypatch.setattr(train_encoder, "WARMING", 2)
    folder = make_sentence_model(tmp_path, WIDTH)
    lines = [("where is my parcel", "track_package"), ("my refund", "refund_status")] * 12
    examples = [Example(text, intent, n) for n, (text, intent) in enumerate(lines)]
    network = train_encoder.fit_encoder(
        Passages(examples, [], 1), [text for text, _ in lines], Path(folder)
    )
    np.savez(tmp_path / "encoder.npz", **network.packed())
    encoder = Encoder.load(tmp_path / "encoder.npz")
    for text, intent in lines[:2]:
        logits = encoder.read(text).logits(0, len(text.split()))
        assert CLASSES[int(logits.argmax())] == intent
    assert {"parcel", "refund", "[CLS]"} <= set(network.pieces)


def test_the_encoder_is_not_trained_without_its_model_or_torch(tmp_path, monkeypatch, capsys):
    from dialogue.nlu import train

    with pytest.raises(SystemExit):
        train.main(["--sentence-model", str(tmp_path)])
    assert "no model.safetensors" in capsys.readouterr().err
    (tmp_path / "model.safetensors").touch()
    monkeypatch.setattr(train, "find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        train.main(["--sentence-model", str(tmp_path)])
    assert "make setup-acoustic" in capsys.readouterr().err
