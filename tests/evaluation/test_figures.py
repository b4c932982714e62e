"""Floors a little below what the model card tells, so that a loss is noticed; not the targets."""

import pytest

from bench import evaluation_sets as sets
from dialogue.nlu.understander import Understander


@pytest.fixture(scope="module")
def mind() -> Understander:
    return Understander.load()


@pytest.mark.parametrize(
    ("language", "name", "least"),
    [
        ("zh", "intents_unseen", 0.96),
        ("zh", "intents_blind", 0.96),
        ("en", "intents_unseen", 0.96),
        ("en", "intents_blind", 0.92),
    ],
)
def test_single_requests_of_unseen_authors_are_mostly_understood(mind, language, name, least):
    right, refused = sets.singles(mind, language, name, None)
    assert right.share >= least
    assert refused.share <= 0.03


@pytest.mark.parametrize(
    ("language", "name", "part", "least"),
    [
        ("zh", "several_unseen", None, 0.93),
        ("en", "several_unseen", None, 0.93),
        ("zh", "multi", "test", 0.80),
        ("en", "multi", "test", 0.75),
    ],
)
def test_several_requests_are_mostly_all_found(mind, language, name, part, least):
    assert sets.several(mind, language, name, part).share >= least


@pytest.mark.parametrize("language", ["zh", "en"])
def test_values_are_exact(mind, language):
    assert sets.values(mind, language, "test").share >= 0.95


@pytest.mark.parametrize("language", ["zh", "en"])
def test_strange_requests_are_mostly_refused(mind, language):
    assert sets.outside(mind, language, "outside_unseen", None).share >= 0.93
    assert sets.outside(mind, language, "out_of_scope_test", None).share >= 0.83


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sets_are_as_large_as_promised(language):
    for name in ("intents", "intents_test"):
        texts = sets.read(language, name)
        assert all(len(found) >= 8 for found in texts.values()), name
    for name in ("intents_fresh", "intents_unseen"):
        assert sum(map(len, sets.read(language, name).values())) >= 290, name
    assert len(sets.read(language, "multi")) >= 60
    assert len(sets.read(language, "several_unseen")) >= 60
    assert len(sets.read(language, "out_of_scope")) >= 200
    assert len(sets.read(language, "entities")) >= 75
