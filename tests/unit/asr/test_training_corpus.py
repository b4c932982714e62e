import pickle

import numpy as np
import pytest

from asr.training.corpus import Corpus, Shard
from asr.training.errors import CorpusOfAnotherPlan, RenderFailed
from asr.training.render import CorpusPlan, render_corpus
from asr.training.render_plan import whole_plan
from asr.training.speech import SILENCE_NAME, AlignedSpeech, Span
from asr.training.speech_text import speech_texts

TEXTS = speech_texts("en", ["where is my order", "i want to return it"], ["fridge", "lamp"])
PLAN = CorpusPlan(TEXTS, espeak=5, non_speech=1, per_shard=2)


def utterance(size, *phones):
    bounds = np.linspace(0, size / 8000, len(phones) + 1)
    spans = [Span(p, a, b) for p, a, b in zip(phones, bounds[:-1], bounds[1:], strict=True)]
    return AlignedSpeech(np.arange(size, dtype=np.int16), spans, f"voice {size}")


def same(one, other):
    return (
        np.array_equal(one.samples, other.samples)
        and list(one.spans) == list(other.spans)
        and one.voice == other.voice
    )


def test_a_corpus_gives_back_what_was_written(tmp_path):
    said = [utterance(800, "aa", "b"), utterance(160, SILENCE_NAME), utterance(900, "i[", "S;")]
    shards = [Shard(tmp_path, 0), Shard(tmp_path, 1)]
    shards[0].write(said[:2])
    shards[1].write(said[2:])
    corpus = Corpus([Shard(tmp_path, 0), Shard(tmp_path, 1)])
    assert len(corpus) == 3 and corpus.hours == pytest.approx(1860 / 8000 / 3600)
    assert all(map(same, corpus, said))
    assert same(corpus[-1], said[2]) and same(corpus[1:][0], said[1])
    with pytest.raises(IndexError):
        corpus[3]


def test_a_corpus_travels_to_another_process_as_paths_only(tmp_path):
    shard = Shard(tmp_path, 0)
    shard.write([utterance(80000, "aa", "b")])
    corpus = Corpus([shard])
    assert corpus[0].samples.size == 80000
    packed = pickle.dumps(corpus)
    assert len(packed) < 1000
    assert same(pickle.loads(packed)[0], corpus[0])


def test_the_same_plan_and_seed_make_the_same_corpus_after_an_interruption(tmp_path):
    whole = render_corpus("en", tmp_path / "whole", PLAN, seed=3)
    assert len(whole) == 6
    assert [one.spans[0].phone == SILENCE_NAME for one in whole] == [False] * 5 + [True]

    def interrupt(done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_corpus("en", tmp_path / "broken", PLAN, seed=3, progress=interrupt)
    kept = tmp_path / "broken" / "shard-0000.npz"
    made = kept.stat().st_mtime_ns
    assert not (tmp_path / "broken" / "shard-0002.npz").exists()
    (tmp_path / "broken" / "shard-0002.npy").write_bytes(b"half a shard")
    told = []
    again = render_corpus("en", tmp_path / "broken", PLAN, 3, lambda *done: told.append(done))
    assert kept.stat().st_mtime_ns == made
    assert told[-1] == (6, 6) and told[0][0] in (2, 4)
    assert all(map(same, whole, again))


def test_another_plan_is_refused_in_a_folder_that_holds_one(tmp_path):
    plan = CorpusPlan(TEXTS, espeak=0, non_speech=2)
    first = render_corpus("en", tmp_path, plan, seed=1)
    assert all(map(same, first, render_corpus("en", tmp_path, plan, 1)))
    for other, seed in ((plan, 2), (CorpusPlan(TEXTS, espeak=0, non_speech=3), 1)):
        with pytest.raises(CorpusOfAnotherPlan, match="of another plan"):
            render_corpus("en", tmp_path, other, seed)


def test_speech_that_cannot_be_made_is_told_and_leaves_no_shard(tmp_path):
    plan = CorpusPlan(speech_texts("zh", ["嗯"], ["嗯"]), espeak=0, flite=1, flite_voices=("no",))
    with pytest.raises(RenderFailed, match="from utterance 0 on"):
        render_corpus("zh", tmp_path, plan, seed=1)
    assert not list(tmp_path.glob("*.npz"))


def test_the_whole_plan_has_flite_only_for_english():
    chinese = whole_plan(speech_texts("zh", ["我要退货"], ["冰箱"]))
    assert chinese.flite == 0 and chinese.espeak > 10_000
    english = whole_plan(TEXTS)
    assert english.flite == 2500 * len(english.flite_voices)
    assert english.espeak + english.flite == 14_500
