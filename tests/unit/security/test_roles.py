import pytest

from security.errors import RoleUnknown
from security.roles import Permission, may, permissions_of


def test_an_agent_uses_the_desk_and_sees_no_scores():
    assert may("agent", Permission.DESK_USE)
    assert not may("agent", Permission.QA_VIEW)
    assert not may("agent", Permission.CALLS_LISTEN)


def test_a_reviewer_listens_but_takes_no_calls():
    assert may("reviewer", Permission.CALLS_LISTEN)
    assert not may("reviewer", Permission.DESK_USE)


def test_every_right_belongs_to_somebody():
    given = set().union(*(permissions_of(role) for role in ("agent", "reviewer", "supervisor")))
    assert given == set(Permission)


def test_a_role_that_was_abolished_may_nothing():
    assert not any(may("wizard", permission) for permission in Permission)
    with pytest.raises(RoleUnknown, match="'wizard'; known are agent, reviewer, supervisor"):
        permissions_of("wizard")
