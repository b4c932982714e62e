"""The encoder over a tiny network of made-up numbers, and as it is shipped."""

import numpy as np
import pytest

from dialogue.errors import WeightsMissing
from dialogue.nlu.classifier import CLASSES
from dialogue.nlu.encoder import ENCODER_FILES, MAX_PIECES, Encoder
from dialogue.nlu.passages import Passage
from dialogue.nlu.word_pieces import WordPieces, is_mandarin
from tests.fakes.sentence_model import PIECES, make_sentence_model

WIDTH = 48
TEXT = "where is my parcel and my refund"
MANDARIN = "我的快递,退款"
GLOSSES = {"快递": "parcel", "我": "my", "退款": "my refund"}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    pytest.importorskip("torch", reason="needs: make setup-acoustic")
    import torch

    from dialogue.nlu.encoder_network import Network

    torch.manual_seed(1)
    folder = make_sentence_model(tmp_path_factory.mktemp("model"), WIDTH)
    network = Network(folder, (*PIECES, *GLOSSES), GLOSSES)
    torch.nn.init.normal_(network.joint.weight, std=0.5)
    return network.eval()


@pytest.fixture(scope="module")
def encoder(network, tmp_path_factory) -> Encoder:
    path = tmp_path_factory.mktemp("encoder") / "encoder.npz"
    np.savez(path, **network.packed())
    return Encoder.load([path])


@pytest.mark.parametrize(("text", "last"), [(TEXT, 18), (MANDARIN, 4)])
def test_what_torch_learnt_is_what_is_read_without_it(network, encoder, text, last):
    import torch

    heard = encoder.read(text)
    row = network.row(Passage(text, ((0, last, "invoice"),), frozenset()))
    ((first, end, _),) = row.spans
    with torch.no_grad():
        states = network.states([row.numbers])
        wanted = network.judge(states[0, first:end].mean(0)).numpy()
        places = [piece for piece, _ in row.places]
        joints = torch.sigmoid(network.joint(states[0, places]))[:, 0].numpy()
    assert np.abs(heard.logits(0, last) - wanted).max() < 0.1
    assert np.abs(heard.joints[1:] - joints).max() < 0.1


def test_a_stretch_is_judged_in_the_light_of_what_stands_around_it(encoder):
    alone, within = encoder.read("my refund"), encoder.read(TEXT)
    assert alone.logits(0, 9).shape == (len(CLASSES),)
    assert np.abs(alone.logits(0, 9) - within.logits(23, 32)).max() > 1e-3


def test_places_are_where_words_begin(encoder):
    begins = {0, 6, 9, 12, 19, 23, 26}
    assert {place.at for place in encoder.read(TEXT).places()} <= begins - {0}


def test_more_pieces_than_it_reads_are_left_out(encoder):
    words = "late " * (MAX_PIECES + 40)
    heard = encoder.read(words)
    assert len(heard.joints) == MAX_PIECES + 40
    assert np.isfinite(heard.logits(5 * (MAX_PIECES + 10), 5 * (MAX_PIECES + 20))).all()


def test_a_file_that_is_absent_or_does_not_fit_is_named(tmp_path):
    path = tmp_path / "encoder.npz"
    with pytest.raises(WeightsMissing, match="absent"):
        Encoder.load([path])
    np.savez(path, pieces=np.frombuffer(b"a\nb", np.uint8), words=np.zeros((1, 4), np.int8))
    with pytest.raises(WeightsMissing, match="2 pieces, 1 vectors"):
        Encoder.load([path])


def test_a_word_is_read_as_its_longest_known_parts():
    pieces = WordPieces(PIECES)
    names = [PIECES[number] for number in pieces.of("boxes")]
    assert names == ["box", "##es"]
    assert [PIECES[number] for number in pieces.of("été")] == ["[UNK]", "t", "[UNK]"]


def test_pieces_stand_between_start_and_end_and_words_know_where_they_begin():
    read = WordPieces(PIECES).read("my boxes late", 99)
    assert [PIECES[n] for n in read.numbers] == ["[CLS]", "my", "box", "##es", "late", "[SEP]"]
    assert read.begins == [0, 3, 9]
    assert read.starts == [1, 2, 4, 5]
    assert read.within(3, 13) == (2, 5)


def test_a_mandarin_word_is_one_piece_and_an_unknown_character_is_told():
    names = (*PIECES, *GLOSSES)
    read = WordPieces(names).read("我的快递my,退款", 99)
    pieces = [names[number] for number in read.numbers]
    assert pieces == ["[CLS]", "我", "[UNK]", "快递", "my", ",", "退款", "[SEP]"]
    assert read.begins == [0, 1, 2, 4, 7]
    assert read.within(3, 4) == (3, 4)  # a place within a word is the whole word


def test_a_mandarin_word_begins_as_the_mean_of_its_gloss(network):
    at = {piece: number for number, piece in enumerate(network.pieces)}
    words = network.model["words"].detach().numpy()
    assert np.abs(words[at["快递"]] - words[at["parcel"]]).max() < 1e-6
    both = (words[at["my"]] + words[at["refund"]]) / 2
    assert np.abs(words[at["退款"]] - both).max() < 1e-6


def test_training_lowers_the_surprise_and_keeps_the_pieces_of_the_examples(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="needs: make setup-acoustic")
    from dialogue.nlu import train_encoder
    from dialogue.nlu.encoder_network import Network
    from dialogue.nlu.examples import Example
    from dialogue.nlu.passages import Passages

    monkeypatch.setattr(train_encoder, "PASSES", 20)
    monkeypatch.setattr(train_encoder, "PACE", 1e-2)
    monkeypatch.setattr(train_encoder, "HEAD_PACE", 5e-2)
    monkeypatch.setattr(train_encoder, "WARMING", 2)
    folder = make_sentence_model(tmp_path, WIDTH)
    said = {
        "en": [("where is my parcel", "track_package"), ("my refund", "refund_status")],
        "zh": [("快递呢", "track_package"), ("我的退款", "refund_status")],
    }
    passages = [
        Passages([Example(*pair, n) for n, pair in enumerate(lines * 12)], [], language, 1)
        for language, lines in said.items()
    ]
    english = train_encoder.kept_pieces(PIECES, [text for text, _ in said["en"]])
    mandarin = train_encoder.kept_words(GLOSSES, [text for text, _ in said["zh"]])
    network = train_encoder.fit_encoder(passages, Network(folder, [*english, *mandarin], GLOSSES))
    np.savez(tmp_path / "encoder.npz", **network.packed())
    encoder = Encoder.load([tmp_path / "encoder.npz"])
    for text, intent in (*said["en"], *said["zh"]):
        logits = encoder.read(text).logits(0, len(text))
        assert CLASSES[int(logits.argmax())] == intent
    assert {"parcel", "refund", "[CLS]", "快递"} <= set(network.pieces)


def test_the_shipped_encoder_knows_both_languages():
    with np.load(ENCODER_FILES[1]) as data:
        pieces = data["pieces"].tobytes().decode("utf-8").split("\n")
    mandarin = [piece for piece in pieces if is_mandarin(piece)]
    assert {"快递", "退款"} <= set(mandarin) and {"order", "money"} <= set(pieces)
    assert all(path.stat().st_size < 6_000_000 for path in ENCODER_FILES)


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
