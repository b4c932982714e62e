"""What can go wrong in security.

SecurityError
├── AuditNotKept            too many wrote at once; retryable
├── PasswordHashMalformed   a stored hash cannot be read
├── PasswordTooShort        a new password is below the minimum
├── RoleUnknown             a role that the permission table does not know
├── UserExists              a log-in name is taken
└── UserUnknown             nobody has this log-in name
"""


class SecurityError(Exception):
    """Root of this folder's errors."""

    retryable = False


class AuditNotKept(SecurityError):
    """An entry found no place at the end of the audit log."""

    retryable = True

    def __init__(self, deed: str, about: str) -> None:
        self.deed = deed
        self.about = about
        super().__init__(
            f"{deed} of {about!r} was done but not noted: others kept writing; see: hotline audit"
        )


class PasswordHashMalformed(SecurityError):
    """A stored password hash is not of the form that this program writes."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        super().__init__(
            f"stored password hash begins with {scheme!r}; "
            "expected scrypt$n$r$p$salt$hash, set the password anew"
        )


class PasswordTooShort(SecurityError):
    """A new password has too few characters."""

    def __init__(self, length: int, minimum: int) -> None:
        self.length = length
        self.minimum = minimum
        super().__init__(f"password has {length} characters; at least {minimum} are needed")


class RoleUnknown(SecurityError):
    """A role outside the permission table."""

    def __init__(self, role: str, known: tuple[str, ...]) -> None:
        self.role = role
        super().__init__(f"unknown role {role!r}; known are {', '.join(known)}")


class UserExists(SecurityError):
    """The log-in name belongs to somebody already."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"user {username!r} exists already; choose another name")


class UserUnknown(SecurityError):
    """Nobody has the log-in name."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"there is no user {username!r}; see: hotline users list")
