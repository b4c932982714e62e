"""Passwords at rest: scrypt (RFC 7914) with its parameters stored beside salt and hash."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

from security.errors import PasswordHashMalformed, PasswordTooShort

MIN_LENGTH = 8
"""Characters; NIST SP 800-63B, 5.1.1.2."""
_N, _R, _P = 2**14, 8, 5
"""Cost, block size, parallelism: one of OWASP's equivalent settings, 16 MiB and about 0.2 s."""
_MAX_MEMORY = 64 * 1024 * 1024
_SALT_BYTES = 16
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Stored:
    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes


def hash_password(password: str) -> str:
    """The text to keep instead of the password; raises PasswordTooShort."""
    if len(password) < MIN_LENGTH:
        raise PasswordTooShort(len(password), MIN_LENGTH)
    salt = secrets.token_bytes(_SALT_BYTES)
    made = _scrypt(password, _Stored(_N, _R, _P, salt, b""))
    return "$".join(("scrypt", str(_N), str(_R), str(_P), _text(salt), _text(made)))


def verify_password(password: str, stored: str) -> bool:
    """Whether the password made this hash, in constant time; raises PasswordHashMalformed."""
    known = _parse(stored)
    return hmac.compare_digest(_scrypt(password, known), known.hash)


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    known = _parse(stored)
    return (known.n, known.r, known.p) != (_N, _R, _P)


def _parse(stored: str) -> _Stored:
    parts = stored.split("$")
    if len(parts) != 6 or parts[0] != "scrypt":
        raise PasswordHashMalformed(stored[:8])
    try:
        n, r, p = (int(part) for part in parts[1:4])
        return _Stored(n, r, p, b64decode(parts[4]), b64decode(parts[5]))
    except (ValueError, Base64Error) as error:
        raise PasswordHashMalformed(stored[:8]) from error


def _scrypt(password: str, settings: _Stored) -> bytes:
    return hashlib.scrypt(
        password.encode(),
        salt=settings.salt,
        n=settings.n,
        r=settings.r,
        p=settings.p,
        maxmem=_MAX_MEMORY,
        dklen=_HASH_BYTES,
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode()
