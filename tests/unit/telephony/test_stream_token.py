from urllib.parse import quote

import pytest

from telephony.stream_token import StreamToken, mint, read

CALL = "CA" + "0" * 32
NOW = 1_790_000_000


def test_a_fresh_token_says_whose_call_it_is() -> None:
    token = mint("secret", CALL, NOW + 60, "nonce_-123")
    assert read("secret", token, NOW) == StreamToken(CALL, "nonce_-123")
    assert quote(token, safe="") == token


def test_a_token_expires_at_its_second() -> None:
    token = mint("secret", CALL, NOW + 60, "nonce123")
    assert read("secret", token, NOW + 59.9) is not None
    assert read("secret", token, NOW + 60) is None


def test_a_token_of_another_secret_or_call_is_refused() -> None:
    token = mint("secret", CALL, NOW + 60, "nonce123")
    assert read("other", token, NOW) is None
    assert read("secret", token.replace(CALL, "CA" + "1" * 32), NOW) is None
    assert read("secret", token.replace(str(NOW + 60), str(NOW + 9999)), NOW) is None


@pytest.mark.parametrize("token", ["", "....", "x" * 5000, "CA.1.2.3", "密钥", "\ud800"])
def test_nonsense_is_refused_without_an_error(token: str) -> None:
    assert read("secret", token, NOW) is None


def test_a_nonce_that_would_break_the_path_is_refused() -> None:
    with pytest.raises(ValueError, match="urlsafe"):
        mint("secret", CALL, NOW, "a/../../b")
