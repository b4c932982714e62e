from qa.vocabulary import read_vocabularies


def test_words_of_a_model_are_read_and_a_model_without_a_list_knows_all(tmp_path):
    (tmp_path / "zh" / "graph").mkdir(parents=True)
    (tmp_path / "zh" / "graph" / "words.txt").write_text("<eps> 0\n您好 1\n\n", encoding="utf-8")
    found = read_vocabularies({"zh": tmp_path / "zh", "en": tmp_path / "en"})
    assert found == {"zh": frozenset({"<eps>", "您好"})}
