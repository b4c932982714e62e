import pytest

from emotion.errors import LexiconInvalid
from emotion.lexical import LexicalScorer


@pytest.fixture(scope="module")
def scorer():
    return LexicalScorer.load()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("我的快递到哪了", 0),
        ("东西坏了", 0),
        ("质量问题", 0),
        ("发错了尺码不对", 0),
        ("补差价怎么申请", 0),
        ("垃圾桶什么时候发货", 0),
        ("没错", 0),
        ("尾号七三一五", 0),
        ("我没生气", 0),
        ("我不是要投诉就想问一下", 0),
        ("谢谢不着急", 0),
        ("服务还不错", 0),
        ("太慢了", 1),
        ("态度不好", 1),
        ("第三次打了还没有解决", 1),
        ("我要投诉", 2),
        ("质量太差了我要投诉", 2),
        ("真好啊等了三个小时", 2),
        ("冰箱坏了 态度太差 非常不满意 我要投诉", 2),
        ("再不退款我打12315", 3),
        ("我找消协曝光你们", 3),
        ("三一五晚会见", 3),
        ("你们这群骗子", 3),
    ],
)
def test_level_of_mandarin_words(scorer, text, level):
    assert scorer.score(text, "zh").level == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("i want to return my order and get a refund", 0),
        ("it is broken", 0),
        ("wrong item", 0),
        ("my slow cooker is late", 0),
        ("not bad thanks", 0),
        ("i am not angry", 0),
        ("i don't want to complain", 0),
        ("third time i called", 1),
        ("this is bad", 1),
        ("not satisfied", 1),
        ("very dissatisfied bad service wrong item", 2),
        ("this is terrible i want to complain", 2),
        ("i am very angry", 2),
        ("it did not arrive terrible service i want to complain", 2),
        ("i will call my lawyer", 3),
        ("I'll do a chargeback!", 3),
        ("you idiots", 3),
    ],
)
def test_level_of_english_words(scorer, text, level):
    assert scorer.score(text, "en").level == level


def test_the_words_it_rests_on_are_named(scorer):
    assert scorer.score("质量太差了我要投诉", "zh").words == ("太差", "投诉")
    assert scorer.score("it is very bad i complain", "en").words == ("very bad", "complain")


@pytest.mark.parametrize(
    ("text", "language"),
    [("", "zh"), ("  ...", "en"), ("hello", "zh"), ("我很生气", "en"), ("x", "fr")],
)
def test_no_words_of_the_language_are_not_judged(scorer, text, language):
    reading = scorer.score(text, language)
    assert (reading.level, reading.confidence, reading.words) == (0, 0.0, ())


def test_spaces_of_the_recogniser_change_nothing(scorer):
    joined, spaced = scorer.score("质量太差", "zh"), scorer.score("质量 太 差", "zh")
    assert joined.level == spaced.level == 1


def test_every_problem_of_a_lexicon_is_named_at_once(tmp_path):
    (tmp_path / "zh.yaml").write_text(
        "language: xx\nversion: one\nextra: 1\n"
        "groups:\n"
        "  - {name: a, points: 9, ceiling: 7, words: [坏, 坏]}\n"
        "  - {name: b, points: 1, ceiling: 1, patterns: ['(']}\n"
        "  - {points: 1}\n"
        "degrees: {太: 9}\n",
        encoding="utf-8",
    )
    with pytest.raises(LexiconInvalid) as caught:
        LexicalScorer.load(tmp_path)
    assert len(caught.value.problems) == 10
    text = str(caught.value)
    assert "lexicon 'zh.yaml' has 10 problem(s):" in text
    assert "groups.a.points: 9 is not a number from -3 to 3" in text
    assert "groups.a.words: '坏' is already in groups.a" in text.replace(
        "groups.a:", "groups.a.words:"
    )
    assert "degrees.太: 9 is not a number from 0.1 to 2" in text


def test_a_lexicon_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(LexiconInvalid, match=r"zh\.yaml"):
        LexicalScorer.load(tmp_path)


def test_of_words_without_end_only_some_are_kept(scorer):
    reading = scorer.score("我要投诉" * 3000, "zh")
    assert reading.level == scorer.score("我要投诉" * 21, "zh").level
    assert len(reading.words) == 20
