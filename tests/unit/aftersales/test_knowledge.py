"""Questions in other words than the articles', found offline; strange ones are not answered."""

import pytest

from aftersales.errors import RulesInvalid
from aftersales.knowledge.index import load_articles, stem, terms
from aftersales.knowledge.search import Knowledge

ASKED = {
    "zh": {
        "衣服买了十天还能退吗": "return-period",
        "退回去的邮费算谁的": "return-fee",
        "包装打开了可以退货吗": "return-opened",
        "登不上账号了密码不记得": "password",
        "两张券能一起用吗": "coupon-use",
        "满多少钱不要运费": "free-shipping",
        "体积重是什么": "shipping-rule",
        "能不能送到美国": "delivery-areas",
        "发票抬头写公司行吗": "invoice-rule",
        "空调安装收钱吗": "install-rule",
        "这个手机还有现货吗": "stock",
        "你们卖的是真的吗": "genuine",
        "怎么升级金卡": "member-levels",
        "积分年底会没有吗": "points",
        "海鲜水果能退吗": "return-fresh",
        "我不想要这个账号了": "close-account",
    },
    "en": {
        "who pays the postage when i send it back": "return-fee",
        "i have unpacked the box can it still be returned": "return-opened",
        "you took the money two times": "paid-twice",
        "may i combine two coupons": "coupon-use",
        "from how much is delivery free": "free-shipping",
        "what does volumetric mean": "shipping-rule",
        "can the invoice carry our company name": "invoice-rule",
        "does installing the air conditioner cost anything": "install-rule",
        "how many years of guarantee": "warranty",
        "what size fits me": "size",
        "do you have it available": "stock",
        "are these originals": "genuine",
        "can i pay monthly": "instalments",
        "how can i become gold": "member-levels",
        "what are my points good for": "points",
        "deleting my account": "close-account",
    },
}
STRANGE = {
    "zh": ["今天天气怎么样", "给我唱首歌", "股票行情怎么样", "你叫什么名字"],
    "en": ["what is the weather like", "sing me a song", "book a flight to paris", "who won"],
}


@pytest.fixture(scope="module")
def knowledge():
    return Knowledge.load()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_most_questions_find_their_article_first_and_all_among_three(knowledge, language):
    intents = {article.id: article.intent for article in load_articles()}
    first = among = 0
    for question, wanted in ASKED[language].items():
        hits = knowledge.search(question, language, intent=intents[wanted])
        first += bool(hits) and hits[0].article.id == wanted
        among += wanted in [hit.article.id for hit in hits]
    assert among == len(ASKED[language])
    assert first / len(ASKED[language]) >= 0.9


@pytest.mark.parametrize("language", ["zh", "en"])
def test_strange_questions_find_nothing(knowledge, language):
    assert [q for q in STRANGE[language] if knowledge.search(q, language)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_way_of_asking_that_an_article_gives_finds_it(knowledge, language):
    lost = [
        asked
        for article in load_articles()
        for asked in article.asked[language]
        if article.id
        not in [hit.article.id for hit in knowledge.search(asked, language, intent=article.intent)]
    ]
    assert lost == []


def test_every_answer_can_be_said():
    for article in load_articles():
        assert len(article.answer["zh"]) <= 60 and len(article.answer["en"].split()) <= 30
        assert not any(c.isdigit() for text in article.answer.values() for c in text)


def test_endings_change_no_meaning():
    assert {stem(word) for word in ("return", "returned", "returns", "returning")} == {"return"}
    assert terms("How do I return it?", "en") == ["return"]


def test_all_faults_of_the_articles_are_listed(tmp_path):
    (tmp_path / "a.yaml").write_text("one: {}\ntwo: {intent: invoice, zh: {title: 一}}\n", "utf-8")
    with pytest.raises(RulesInvalid) as caught:
        load_articles(tmp_path)
    assert "one needs an intent" in str(caught.value) and "two needs title" in str(caught.value)
