"""Vectors of the provider's own documentation and library, token 12345."""

import pytest
from werkzeug.datastructures import MultiDict

from telephony.signature import RequestSignature

TOKEN = "12345"
PATH = "/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


def signed_by(base: str, media: str = "wss://mycompany.com") -> RequestSignature:
    return RequestSignature(TOKEN, base, media)


@pytest.mark.parametrize(
    ("base", "header"),
    [
        ("https://mycompany.com", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com", "kvajT1Ptam85bY51eRf/AJRuM3w="),  # made with :443
        ("https://mycompany.com:443", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com:1234", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),  # made without
        ("http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("http://mycompany.com", "0ZXoZLH/DfblKGATFgpif+LLRf4="),  # made with :80
    ],
)
def test_a_form_signed_with_or_without_its_port_is_authentic(base: str, header: str) -> None:
    assert signed_by(base).valid_http(PATH, FORM, b"", FORM_TYPE, header)


def test_a_repeated_name_is_signed_with_its_values_sorted_and_once() -> None:
    pairs = [("Sid", "CA123"), ("SidAccount", "AC123")]
    pairs += [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    check = signed_by("https://mycompany.com")
    header = "IK+Dwps556ElfBT0I3Rgjkr1wJU="
    assert check.valid_http(PATH, MultiDict(pairs), b"", FORM_TYPE, header)
    listed = {"Sid": "CA123", "SidAccount": "AC123", "Digits": ["5678", "1234", "1234"]}
    assert check.valid_http(PATH, listed, b"", FORM_TYPE, header)


BODY = b'{"property": "value", "boolean": true}'
BODY_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_HEADER = "a9nBmqA0ju/hNViExpshrM61xv4="


def test_a_json_body_is_vouched_for_by_its_hash_in_the_address() -> None:
    check = signed_by("https://mycompany.com")
    path = f"{PATH}&bodySHA256={BODY_HASH}"
    assert check.valid_http(path, {}, BODY, "application/json", JSON_HEADER)
    assert not check.valid_http(path, {}, BODY + b" ", "application/json", JSON_HEADER)


def test_a_body_without_a_hash_is_refused() -> None:
    check = signed_by("https://mycompany.com")
    empty_form = "3KI2wmQvVE5WcMAEV4hpExT05cA="
    assert not check.valid_http(PATH, {}, BODY, "application/json", empty_form)
    assert not check.valid_http(PATH, {}, BODY, None, JSON_HEADER)


@pytest.mark.parametrize(
    ("path", "header", "valid"),
    [
        ("/media/abc", "n4cmfBKPNFPGRWkRmxfLb4jGEBM=", True),
        ("/media/abc/", "e7L4HZA1aF0rOz18GXRR8VAxv7g=", True),
        ("/media/abc", "e7L4HZA1aF0rOz18GXRR8VAxv7g=", False),
    ],
)
def test_an_upgrade_is_signed_with_its_exact_path(path: str, header: str, valid: bool) -> None:
    assert signed_by("https://mycompany.com").valid_upgrade(path, header) is valid


@pytest.mark.parametrize("header", [None, "", "RSOYDt4T1cUTdK1PDd93/VVr8B9=", "é", "\udcff"])
def test_a_missing_or_wrong_signature_is_refused(header: str | None) -> None:
    assert not signed_by("https://mycompany.com").valid_http(PATH, FORM, b"", FORM_TYPE, header)


def test_a_changed_field_is_refused() -> None:
    forged = {**FORM, "From": "+14158675310"}
    header = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert not signed_by("https://mycompany.com").valid_http(PATH, forged, b"", FORM_TYPE, header)


def test_a_fragment_is_not_signed() -> None:
    check = signed_by("https://mycompany.com/")
    header = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert check.valid_http(PATH + "#rc=2&rp=ct", FORM, b"", FORM_TYPE, header)


def test_login_and_ipv6_host_survive_the_port_variants() -> None:
    from telephony.signature import _with_and_without_port

    assert _with_and_without_port("https://u:p@[2001:db8::1]:8443/voice/") == (
        "https://u:p@[2001:db8::1]:8443/voice",
        "https://u:p@[2001:db8::1]/voice",
    )


def test_a_base_address_without_a_host_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="scheme://host"):
        signed_by("mycompany.com")


def test_our_signatures_equal_the_providers_library() -> None:
    from twilio.request_validator import RequestValidator

    theirs = RequestValidator("s3cret").compute_signature
    form = {"Body": "我要退货", "Empty": "", "a": "1", "B": "2"}
    header = theirs("https://calls.example.com/voice?x=%2F&y=", form)
    check = RequestSignature("s3cret", "https://calls.example.com", "wss://calls.example.com")
    assert check.valid_http("/voice?x=%2F&y=", form, b"", FORM_TYPE, header)
