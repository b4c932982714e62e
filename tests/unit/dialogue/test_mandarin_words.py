"""How Mandarin text is cut into words, what they mean, and what sounds like what."""

from random import Random

import pytest

from dialogue.errors import DataInvalid
from dialogue.nlu.glosses import read_glosses
from dialogue.nlu.mandarin_words import MandarinWords, by_frequency
from dialogue.nlu.manners import MANNERS, sounds_alike

WORDS = ("我", "的", "快递", "快递员", "到", "没", "员", "到了", "了")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我的快递员到了没", ["我", "的", "快递员", "到了", "没"]),
        ("我的快递到了没", ["我", "的", "快递", "到了", "没"]),
        ("快霾到", ["快", "霾", "到"]),
        ("", []),
    ],
)
def test_the_likeliest_words_are_found_and_nothing_is_lost(text, words):
    assert MandarinWords(WORDS).cut(text) == words


def test_a_common_word_wins_over_a_rare_one_that_overlaps_it():
    rare = [str(n) for n in range(3000)]
    known = MandarinWords(["尺码", "输错", *rare, "尺", "码输", "错"])
    assert known.cut("尺码输错") == ["尺码", "输错"]


def test_words_are_ranked_by_how_often_they_are_said():
    ranked = by_frequency(["退", "款", "退款", "发票"], ["退款退款", "退款", "发票", "款"])
    assert ranked == ["退款", "发票", "款", "退"]


def test_each_mandarin_word_has_one_gloss_in_plain_english():
    glosses = read_glosses()
    assert len(glosses) > 6000
    assert all(1 <= len(word) <= 8 and not word.isascii() for word in glosses)
    assert [g for g in glosses.values() if not g.isascii() or not g.strip()] == []


def test_a_word_that_is_listed_twice_is_named(tmp_path):
    path = tmp_path / "glosses.yaml"
    path.write_text("parcel: [快递, 包裹]\nbox: [包裹]\n", encoding="utf-8")
    with pytest.raises(DataInvalid, match="包裹"):
        read_glosses(path)


def test_a_misheard_mandarin_text_sounds_the_same():
    alike = sounds_alike()
    text = "我要退货快递什么时候来"
    heard = [MANNERS["zh"].misheard(text, Random(seed)) for seed in range(20)]
    assert len(set(heard)) > 5
    assert all(b in alike.get(a, a) for one in heard for a, b in zip(text, one, strict=True))


@pytest.mark.parametrize(("language", "short"), [("zh", "退货吧"), ("en", "cancel it")])
def test_a_short_text_loses_nothing(language, short):
    assert MANNERS[language].shortened(short, Random(1)) == short


def test_a_longer_text_loses_little():
    chance = Random(1)
    assert len(MANNERS["en"].shortened("where is my parcel now", chance).split()) == 4
    assert len(MANNERS["zh"].shortened("我的快递到哪里了", chance)) in (6, 7)
