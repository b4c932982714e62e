"""The people who may log in."""

import secrets

from sqlalchemy.orm import Session, sessionmaker

from security.errors import UserExists
from security.models import User
from security.passwords import hash_password, needs_rehash, verify_password
from security.roles import permissions_of


class Users:
    """Finds, checks and creates console log-ins."""

    def __init__(self, session_factory: sessionmaker[Session]) -> None:
        self._sessions = session_factory
        self._decoy: str | None = None

    def get(self, username: str) -> User | None:
        """The person with this log-in name."""
        with self._sessions() as session:
            return session.get(User, username)

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
            session_epoch=0,
        )
        with self._sessions.begin() as session:
            if session.get(User, username) is not None:
                raise UserExists(username)
            session.add(user)
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
