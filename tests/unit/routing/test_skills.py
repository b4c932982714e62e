import pytest

from routing.skills import is_skill_id, required


@pytest.mark.parametrize("text", ["lang_zh", "appliance", "a1"])
def test_plain_ids_are_skills(text):
    assert is_skill_id(text)


@pytest.mark.parametrize("text", ["", "Lang", "1a", "a,b", "a b", "a" * 33, None, 3])
def test_anything_that_could_break_a_line_name_is_not(text):
    assert not is_skill_id(text)


def test_required_skills_have_one_spelling():
    assert required(["lang_zh", "appliance", "lang_zh"]) == ("appliance", "lang_zh")


def test_four_required_skills_are_refused():
    with pytest.raises(ValueError, match="4 required skills"):
        required("abcd")
