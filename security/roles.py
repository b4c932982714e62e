"""Who may do what: the one permission table of the console."""

from enum import StrEnum

from security.errors import RoleUnknown


class Permission(StrEnum):
    """A right that a page or an action asks for."""

    DESK_USE = "desk.use"
    CALLS_VIEW = "calls.view"
    CALLS_LISTEN = "calls.listen"
    LIVE_VIEW = "live.view"
    QA_VIEW = "qa.view"


PERMISSIONS: dict[str, frozenset[Permission]] = {
    "agent": frozenset({Permission.DESK_USE}),
    "reviewer": frozenset({Permission.CALLS_VIEW, Permission.CALLS_LISTEN, Permission.QA_VIEW}),
    "supervisor": frozenset(
        {
            Permission.LIVE_VIEW,
            Permission.CALLS_VIEW,
            Permission.CALLS_LISTEN,
            Permission.QA_VIEW,
        }
    ),
}
"""Role -> rights."""


def permissions_of(role: str) -> frozenset[Permission]:
    """The role's rights; raises RoleUnknown."""
    if role not in PERMISSIONS:
        raise RoleUnknown(role, tuple(PERMISSIONS))
    return PERMISSIONS[role]


def may(role: str, permission: Permission) -> bool:
    """Whether the role has the right; a role that the table no longer knows has none."""
    return permission in PERMISSIONS.get(role, frozenset())
