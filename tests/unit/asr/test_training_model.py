import pytest

from asr.model_files import default_models
from asr.training.build import build
from asr.training.decoding_graph import add_loops
from asr.training.errors import AcousticModelBroken
from asr.training.graphs import Arc, Graph
from asr.training.kaldi_binary import Malformed, Reader
from asr.training.phone_sets import SILENCE, UNKNOWN, phone_set
from asr.training.transition_model import HmmState, TransitionModel, read_transition_model


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bundled_acoustic_models_have_the_phones_that_we_write(language):
    folder = default_models()[language]
    phones = phone_set(language)
    model = read_transition_model(folder / "am" / "final.mdl")
    assert set(model.phones) == set(range(1, phones.size + 1))
    assert len(model.phones[SILENCE]) == 1
    assert len(model.phones[UNKNOWN]) == 5
    boundaries = folder / "graph" / "phones" / "word_boundary.int"
    assert phones.word_boundaries() == boundaries.read_text()
    assert model.phones[SILENCE][0].loop_cost == pytest.approx(0.223, abs=1e-3)


@pytest.mark.parametrize("length", [0, 2, 60, 900])
def test_a_cut_acoustic_model_is_refused(tmp_path, length):
    whole = (default_models()["en"] / "am" / "final.mdl").read_bytes()
    path = tmp_path / "final.mdl"
    path.write_bytes(whole[:length])
    with pytest.raises(AcousticModelBroken, match=r"final\.mdl"):
        read_transition_model(path)


def test_a_model_of_other_sounds_is_refused_before_a_graph_is_built(tmp_path):
    request = {"language": "zh", "base": default_models()["en"], "target": tmp_path}
    with pytest.raises(AcousticModelBroken, match="has 163 sounds, not 615"):
        build({**request, "words": [], "whole": False, "sentences": []})


def test_a_reader_says_what_it_found_instead():
    with pytest.raises(Malformed, match="'<Nnet3>' stands at byte"):
        Reader(b"\0B<Nnet3> ").expect("<TransitionModel>")


def test_a_word_of_one_sound_has_a_number_of_its_own():
    phones = phone_set("en")
    assert phones.numbers(["aa"]) == (6,)
    assert phones.numbers(["aa", "ae", "aa"]) == (3, 9, 4)
    assert phones.unknown(["aa", "xx", "SPN"]) == ["xx"]


def test_a_state_that_is_entered_by_two_sounds_is_split_before_it_loops():
    states = {1: (HmmState(2, 1, 1.0, 0.5),), 2: (HmmState(4, 3, 2.0, 0.25),)}
    graph = Graph(0, [[Arc(2, 0, 0.0, 1), Arc(4, 0, 0.0, 1)], []], [float("inf"), 0.0])
    add_loops(graph, TransitionModel(states, 4))
    targets = {arc.ilabel: arc.target for arc in graph.arcs[0]}
    assert set(targets.values()) == {2, 3}
    for forward, loop, forward_cost in ((2, 1, 1.0), (4, 3, 2.0)):
        arcs = graph.arcs[targets[forward]]
        assert Arc(0, 0, forward_cost, 1) in arcs
        assert any(arc.ilabel == loop and arc.target == targets[forward] for arc in arcs)
