from simulator.options import Options
from simulator.webhooks import overrides_of


def test_without_a_fragment_twilios_defaults_hold():
    limits = overrides_of("https://x/voice", Options())
    assert (limits.retries, limits.policy) == (1, {"ct"})
    assert (limits.connect_seconds, limits.read_seconds, limits.total_seconds) == (5, 15, 15)


def test_the_fragment_sets_retries_and_limits_within_bounds():
    limits = overrides_of("https://x/voice#rc=9&rp=5xx,rt&tt=9000&ct=1", Options())
    assert (limits.retries, limits.policy) == (5, {"5xx", "rt"})
    assert (limits.connect_seconds, limits.total_seconds) == (0.1, 9)


def test_nothing_lifts_the_cap_of_fifteen_seconds():
    assert overrides_of("https://x/#tt=60000", Options()).total_seconds == 15
