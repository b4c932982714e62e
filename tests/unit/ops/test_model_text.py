"""What the speech model's text knows of the hotline's own sentences."""

import pytest

from asr.training.texts import clauses
from dialogue.nlu.examples import load_several
from ops.model_text import own_sentences


@pytest.mark.parametrize("language", ["zh", "en"])
def test_several_requests_in_one_breath_are_among_the_sentences_of_the_speech_model(language):
    known = {sentence.text for sentence in own_sentences(language)}
    said = [clause for e in load_several(language) for clause in clauses(e.text, language)]
    assert said and known.issuperset(said)
