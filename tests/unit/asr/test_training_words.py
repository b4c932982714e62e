import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from asr.training.english_sounds import english_phones
from asr.training.errors import WordsUnusable
from asr.training.espeak import Espeak, Sound, with_tones
from asr.training.lexicon import (
    Pronunciation,
    lexicon_graph,
    read_lexicon,
    write_lexicon,
)
from asr.training.mandarin_sounds import mandarin_phones
from asr.training.ngram import Sentence
from asr.training.phone_sets import phone_set
from asr.training.pronunciations import READERS, lexicon_of, pronounce, read_words
from asr.training.segmentation import Segmenter
from asr.training.texts import clauses, expand, load_text
from asr.training.vocabulary import AddedWord, added_lexicon, read_word_list, whole_lexicon

ROOT = Path(__file__).parents[3]


def test_an_r_is_heard_only_where_the_accent_speaks_it():
    car = ["k", "A@"]
    assert english_phones(car, "en-us") == [["k"], ["aa", "r"]]
    assert english_phones(car, "en") == [["k"], ["aa"]]
    assert english_phones(["A@", "r"], "en-us") == [["aa"], ["r"]]
    assert english_phones(["??", "_:"], "en") == [None, []]


def test_mandarin_sounds_are_espeaks_own_with_the_syllables_tone():
    sounds = [Sound("p", 0, 1), Sound("i", 0, 1, tone=1), Sound("N", 0, 1), Sound("_|", 0, 1)]
    assert mandarin_phones(sounds) == [["p"], ["i1"], ["N"], []]
    assert mandarin_phones([Sound("%", 0, 1), Sound("i", 0, 1)]) == [None, None]
    assert mandarin_phones([Sound("yi", 0, 1, tone=2)]) == [["y@2"]]


@pytest.mark.parametrize(
    ("text", "tones"),
    [
        ("买东西", [3, 1, 1]),
        ("卖，不要", [4, 2, 4]),
        ("妈妈骂马吗", [1, 5, 4, 3, 5]),
        ("买iphone", [3]),
        ("", []),
    ],
)
def test_espeak_tells_the_tones_it_speaks(text, tones):
    sounds = Espeak().sounds(text, "cmn")
    assert [sound.tone for sound in sounds if sound.tone] == tones


def test_tones_are_left_out_where_espeak_spoke_other_sounds_than_it_wrote():
    said = [Sound("m", 0, 1), Sound("ai", 0, 1), Sound("_:", 0, 1)]
    assert [one.tone for one in with_tones(said, ["m", "ai214", "_!"])] == [0, 3, 0]
    assert with_tones(said, ["m", "A214"]) == said
    assert with_tones(said, []) == said


def test_words_are_read_alone_and_in_sentences():
    readings = pronounce(["the", "fridge"], [["the", "old", "fridge"]], "en")
    lexicon = lexicon_of(readings)
    assert {said.word for said in lexicon} == {"the", "fridge"}
    assert ("f", "r", "ih", "jh") in {said.phones for said in lexicon}
    assert min(said.cost for said in lexicon) == 0.0


def test_two_characters_that_espeak_reads_as_one_are_still_a_word():
    lexicon = lexicon_of(pronounce(["包裹", "冰箱"], [["我", "的", "包裹", "破损"]], "zh"))
    assert [(said.word, said.phones) for said in lexicon] == [
        ("冰箱", ("p", "i1", "N", "S;", "iA1", "N")),
        ("包裹", ("p", "Au1", "k", "uo3")),
    ]


def test_a_lexicon_file_gives_back_what_was_written(tmp_path):
    lexicon = [Pronunciation("a", ("ax",), 0.12), Pronunciation("fridge", ("f", "r", "ih", "jh"))]
    write_lexicon(tmp_path / "lexicon.txt", lexicon)
    assert read_lexicon(tmp_path / "lexicon.txt") == lexicon
    (tmp_path / "lexicon.txt").write_text("fridge 0.0\n")
    with pytest.raises(ValueError, match=r"lexicon\.txt line 1"):
        read_lexicon(tmp_path / "lexicon.txt")


def test_words_that_sound_alike_or_begin_alike_end_with_different_marks():
    lexicon = [
        Pronunciation("two", ("t", "uw")),
        Pronunciation("too", ("t", "uw")),
        Pronunciation("tooth", ("t", "uw", "th")),
    ]
    made = lexicon_graph(lexicon, phone_set("en"), {"two": 1, "too": 2, "tooth": 3})
    assert len(made.marks) == 3  # one for each of the like-sounding, one for silence
    outputs = [arc.olabel for arcs in made.graph.arcs for arc in arcs if arc.olabel]
    assert sorted(outputs) == [1, 2, 3]


def test_a_pattern_stands_for_every_choice_and_for_words_of_lists():
    lists = {"item": ["fridge", "lamp"]}
    assert expand("my <item> (is broken|leaks|)", lists) == [
        "my fridge is broken", "my fridge leaks", "my fridge",
        "my lamp is broken", "my lamp leaks", "my lamp",
    ]  # fmt: skip
    assert expand("(the <item>|it) works", lists) == [
        "the fridge works", "the lamp works", "it works",
    ]  # fmt: skip


def test_a_pattern_of_many_choices_gives_the_same_few_each_time():
    lists = {"digit": [str(n) for n in range(10)]}
    first = expand("<digit> <digit> <digit> <digit>", lists)
    assert first == expand("<digit> <digit> <digit> <digit>", lists)
    assert len(first) == len(set(first)) == 240


def test_written_text_becomes_spoken_pieces():
    assert clauses("Sorry, I can't help. {last} Press 1!", "en") == [
        "sorry", "i can't help", "press",
    ]  # fmt: skip
    assert clauses("您的{item}订单,尾号1234。", "zh") == ["您的", "订单", "尾号"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_own_text_is_whole(language):
    text = load_text(language, ["扫地机器人"] if language == "zh" else ["robot vacuum"])
    assert len(set(text.words)) >= 1500
    assert any(
        ("扫地机器人" if language == "zh" else "robot vacuum") in s.text for s in text.sentences
    )
    for phones in text.spelled.values():
        assert phone_set(language).unknown(phones) == []


def test_numbers_are_cut_into_digits_and_own_words_are_not_cut():
    segmenter = Segmenter({"跑步鞋"}, ["扫地机器人"])
    assert segmenter.words("我的扫地机器人一三五零") == ["我", "的", "扫地机器人", *"一三五零"]
    assert "跑步鞋" in segmenter.words("跑步鞋坏了")


CUT = """
from asr.training.segmentation import Segmenter
from asr.training.texts import load_text
print(Segmenter(set(load_text("zh").words)).words("慢慢慢急死我了喂喂喂信号不好"))
"""


def test_a_sentence_is_cut_the_same_in_every_process():
    cuts = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", CUT], capture_output=True, text=True, timeout=60,
            check=True, cwd=ROOT, encoding="utf-8", env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "11", "12", "14")
    }  # fmt: skip
    assert len(cuts) == 1 and "慢慢" in cuts.pop()


def test_a_list_of_words_may_have_comments_and_pronunciations():
    text = "\ufeffRobot  Vacuum\n# ours\n\n扫地机器人\tsao3 di4 ji1 qi4 ren2\n"
    assert read_word_list(text) == [
        AddedWord("robot vacuum"),
        AddedWord("扫地机器人", "sao3 di4 ji1 qi4 ren2"),
    ]


def test_a_word_is_said_as_the_list_says():
    (plain,) = added_lexicon([AddedWord("小爱")], [], "zh")
    (pinyin,) = added_lexicon([AddedWord("小爱", "xiao3 ai4")], [], "zh")
    assert plain.phones == pinyin.phones
    (given,) = added_lexicon([AddedWord("qui", "/k iy/")], [], "en")
    assert given == Pronunciation("qui", ("k", "iy"))
    assert added_lexicon([AddedWord("fridge")], [Pronunciation("fridge", ("f",))], "en") == []


def test_words_without_a_pronunciation_are_all_named():
    with pytest.raises(WordsUnusable) as refused:
        added_lexicon([AddedWord("5g手机"), AddedWord("vip"), AddedWord("好")], [], "zh")
    assert "'5g手机' cannot be pronounced; give pinyin after a tab" in str(refused.value)
    assert "'vip'" in str(refused.value)
    with pytest.raises(WordsUnusable, match="no pronunciation of 'x'; between slashes"):
        added_lexicon([AddedWord("x", "/qq/")], [], "en")


def test_a_word_that_espeak_reads_wrongly_is_also_known_as_people_say_it():
    text = load_text("zh")
    assert not [way for way in text.also_said.values() if phone_set("zh").unknown(way)]
    assert not set(text.also_said) & set(text.spelled)
    lexicon = whole_lexicon(replace(text, words=("便宜",)), [Sentence(("便宜", "一点"), 1.0)], "zh")
    ways = [said.phones for said in lexicon if said.word == "便宜"]
    assert sorted(ways) == [("p", "iE4", "n", "j", "i2"), ("ph", "iE2", "n", "j", "i5")]
    assert "东莞" not in {said.word for said in lexicon}


def test_words_with_an_apostrophe_are_read_whole():
    texts = [["i", "don't", "know"], ["where's", "my", "camera"], ["it's", "ten", "o'clock"]]
    words = {word for text in texts for word in text} | {"couldn't"}
    ways = {said.word: said.phones for said in reversed(lexicon_of(pronounce(words, texts, "en")))}
    assert set(ways) == words
    assert ways["don't"] == ("d", "ow", "n", "t") and ways["know"] == ("n", "ow")
    assert ways["where's"][-1] == "z" and ways["it's"] == ("ih", "t", "s")
    assert ways["couldn't"] == ("k", "uh", "d", "ax", "n", "t")
    assert ways["o'clock"][-1] == "k" and ways["camera"][:3] == ("k", "ae", "m")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_of_the_language_can_be_said(language):
    """But for 嗯 and 哟, which no voice of espeak-ng reads."""
    text = load_text(language)
    words = set(text.words) - set(text.spelled) - set(text.also_said)
    espeak, voice = Espeak(), READERS[language][0].voice
    assert {word for word in words if not read_words(espeak, [word], voice, language)} <= {
        "嗯",
        "哟",
    }
