"""What the processes wrote while all these calls were made (this file is the folder's last)."""

import re

import pytest

from tests.calls.conftest import Crowd
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(120)


def test_no_log_holds_a_callers_number_or_a_streams_token(house: House, crowd: Crowd) -> None:
    assert crowd.interrupter.call_sid("Hannah"), "somebody called"
    for process in ("web", "media", "worker"):
        log = house.demo.supervisor.log_of(process)
        written = log.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"1380000\d{4}", written), process
        assert "/media/CA" not in written, process
        assert house.demo.password not in written, process
        assert house.demo.settings.line.auth_token not in written, process
