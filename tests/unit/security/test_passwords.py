import pytest

from security.errors import PasswordHashMalformed, PasswordTooShort
from security.passwords import hash_password, needs_rehash, verify_password


def test_the_right_password_is_accepted_and_a_wrong_one_is_not():
    stored = hash_password("mei-likes-tea")

    assert verify_password("mei-likes-tea", stored)
    assert not verify_password("mei-likes-tee", stored)


def test_the_same_password_is_never_stored_twice_alike():
    assert hash_password("mei-likes-tea") != hash_password("mei-likes-tea")


def test_parameters_are_read_from_the_stored_hash():
    # made with n=2, r=1, p=1: weaker than today's, still checkable and marked for renewal
    import hashlib
    from base64 import b64encode

    salt = b"0123456789abcdef"
    old = hashlib.scrypt(b"mei-likes-tea", salt=salt, n=2, r=1, p=1, dklen=32)
    stored = f"scrypt$2$1$1${b64encode(salt).decode()}${b64encode(old).decode()}"

    assert verify_password("mei-likes-tea", stored)
    assert needs_rehash(stored)
    assert not needs_rehash(hash_password("mei-likes-tea"))


@pytest.mark.parametrize("stored", ["", "plain", "md5$1$2$3$x$y", "scrypt$a$8$5$AA==$AA=="])
def test_a_hash_of_another_form_is_an_error_that_says_what_to_do(stored):
    with pytest.raises(PasswordHashMalformed, match="set the password anew"):
        verify_password("anything", stored)


def test_a_short_password_is_refused_with_both_numbers():
    with pytest.raises(PasswordTooShort) as refused:
        hash_password("short")

    assert str(refused.value) == "password has 5 characters; at least 8 are needed"
