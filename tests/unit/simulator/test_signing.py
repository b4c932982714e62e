from twilio.request_validator import RequestValidator

from simulator.signing import new_sid, sign

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}


def test_a_form_is_signed_as_twilio_publishes_it():
    assert sign(URL, FORM, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_an_upgrade_is_signed_by_its_address_alone_and_the_slash_counts():
    assert sign("wss://mycompany.com/media/abc", {}, "12345") == "n4cmfBKPNFPGRWkRmxfLb4jGEBM="
    assert sign("wss://mycompany.com/media/abc/", {}, "12345") == "e7L4HZA1aF0rOz18GXRR8VAxv7g="


def test_the_fragment_is_not_signed():
    assert sign(URL + "#rc=2", FORM, "12345") == sign(URL, FORM, "12345")


def test_twilios_own_validator_accepts_it():
    form = {"CallSid": "CA1", "SpeechResult": "我的快递到哪了"}
    assert RequestValidator("secret").validate(URL, form, sign(URL, form, "secret"))


def test_sids_have_twilios_shape():
    assert new_sid("CA")[:2] == "CA"
    assert len(new_sid("CA")) == 34
