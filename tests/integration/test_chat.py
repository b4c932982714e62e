"""`hotline chat` as scripts use it."""

import json
from datetime import datetime

from click.testing import CliRunner

from aftersales.seed import seed_shop
from ops.cli import main
from tests.fakes.demo_shop_server import served

NOW = "2026-11-20T11:00:00+08:00"


def chat(lines: str, *options: str):
    ran = CliRunner().invoke(main, ["chat", "--now", NOW, *options], input=lines)
    assert ran.exit_code == 0, ran.output
    return ran.output.splitlines()


def test_a_return_by_words_and_keys_is_told_turn_by_turn():
    lines = "i want to return my order\noliver hayes\n\n/1\nno thank you\nnever read\n"
    said = chat(lines, "--lang", "en", "--customer", "+8613800000102", "--json")
    turns = [json.loads(line) for line in said]
    assert [turn["turn"] for turn in turns] == [0, 1, 2, 3, 4]
    assert turns[1]["waiting_for"] == "return_goods.check" and turns[1]["handover"] is None
    assert turns[2]["waiting_for"] == "return_goods.confirm"
    assert turns[3]["done"] == ["return_goods"]
    assert turns[4]["end"] is True


def test_people_read_what_is_said_and_the_agents_notes():
    said = chat("我要找人工\n")
    assert said[0].startswith("< 您好") and "人工" in said[1]
    assert said[2] == "-- done: nothing"


def test_a_message_to_the_telephone_is_shown_to_whoever_plays_its_owner():
    said = chat("cancel my order\ncode\n", "--lang", "en", "--customer", "+8613800000113")
    (message,) = [line for line in said if line.startswith("~ message")]
    assert "is the code for the call" in message


def test_silence_and_a_stranger():
    said = chat("...\n我的快递到哪了\n", "--customer", "+8613911112222", "--json")
    last = json.loads(said[-1])
    assert last["handover"] == {"reason": "needs_person", "intent": "track_package"}


def test_a_shop_at_an_address_is_asked_there(session_factory):
    with session_factory.begin() as session:
        seed_shop(session, datetime.fromisoformat(NOW))
    with served(session_factory) as (server, url):
        said = chat("我的快递到哪了\n我是mei\n", "--shop", url, "--json")
        assert "羽绒服" in json.loads(said[-1])["reply"]
        assert any("/parcel" in asked for asked in server.asked)


def test_a_shop_that_is_not_there_is_one_sentence():
    ran = CliRunner().invoke(main, ["chat", "--shop", "http://127.0.0.1:9"], input="hi\n")
    assert ran.exit_code == 1
    assert "gave no usable answer" in ran.output and "Traceback" not in ran.output


def test_a_bad_moment_is_named():
    ran = CliRunner().invoke(main, ["chat", "--now", "soon"], input="")
    assert ran.exit_code == 1 and "'soon' is no ISO 8601 moment" in ran.output
