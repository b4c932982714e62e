"""The people who may log in."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from security.errors import UserExists, UserUnknown
from security.models import User
from security.passwords import hash_password, needs_rehash, verify_password
from security.roles import permissions_of

_EPOCHS = 2**30
"""A new person's sessions are counted from a random number, so that no cookie of somebody who had
the name before is good again.
"""


class Users:
    """Finds, checks and creates console log-ins."""

    def __init__(self, session_factory: sessionmaker[Session]) -> None:
        self._sessions = session_factory
        self._decoy: str | None = None

    def get(self, username: str) -> User | None:
        """The person with this log-in name."""
        with self._sessions() as session:
            return session.get(User, username)

    def require(self, username: str) -> User:
        """The person with this log-in name; raises UserUnknown."""
        user = self.get(username)
        if user is None:
            raise UserUnknown(username)
        return user

    def all(self) -> list[User]:
        """Everyone who may log in, by log-in name."""
        with self._sessions() as session:
            return list(session.scalars(select(User).order_by(User.username)))

    def verify(self, username: str, password: str) -> User | None:
        """The person, if the password is right; a wrong name takes as long as a wrong password."""
        user = self.get(username)
        if user is None:
            verify_password(password, self._decoy_hash())
            return None
        if not verify_password(password, user.password_hash):
            return None
        if needs_rehash(user.password_hash):
            return self._rehash(username, password)
        return user

    def create(
        self,
        username: str,
        password: str,
        *,
        display_name: str,
        role: str,
        agent_id: str | None = None,
    ) -> User:
        """Add a person; raises RoleUnknown, PasswordTooShort, UserExists."""
        permissions_of(role)
        user = User(
            username=username,
            display_name=display_name,
            password_hash=hash_password(password),
            role=role,
            agent_id=agent_id,
            session_epoch=secrets.randbelow(_EPOCHS),
        )
        with self._sessions.begin() as session:
            if session.get(User, username) is not None:
                raise UserExists(username)
            session.add(user)
        return user

    def set_password(self, username: str, password: str) -> None:
        """A new password; the old one's sessions end. Raises PasswordTooShort, UserUnknown."""
        secret = hash_password(password)
        with self._sessions.begin() as session:
            user = session.get(User, username, with_for_update=True)
            if user is None:
                raise UserUnknown(username)
            user.password_hash = secret
            user.session_epoch += 1

    def remove(self, username: str) -> User:
        """Take the log-in away, and with it every open session; raises UserUnknown.

        Returns who it was.
        """
        with self._sessions.begin() as session:
            user = session.get(User, username)
            if user is None:
                raise UserUnknown(username)
            session.delete(user)
        return user

    def log_out_everywhere(self, username: str) -> None:
        """End every session that this person has open."""
        with self._sessions.begin() as session:
            user = session.get(User, username, with_for_update=True)
            if user is not None:
                user.session_epoch += 1

    def _rehash(self, username: str, password: str) -> User | None:
        with self._sessions.begin() as session:
            user = session.get(User, username)
            if user is not None:
                user.password_hash = hash_password(password)
            return user

    def _decoy_hash(self) -> str:
        if self._decoy is None:
            self._decoy = hash_password(secrets.token_urlsafe())
        return self._decoy
