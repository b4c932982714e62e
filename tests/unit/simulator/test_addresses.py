from simulator.addresses import Addresses, MakeParty


class Registry:
    """One phone for each address, as the exchange keeps them."""

    def __init__(self) -> None:
        self.phones: dict[str, MakeParty] = {}

    def register(self, address: str, make_party: MakeParty) -> None:
        self.phones[address] = make_party

    def unregister(self, address: str) -> None:
        self.phones.pop(address, None)


def nobody() -> MakeParty:
    def make_party() -> None: ...

    return make_party  # type: ignore[return-value]


def test_the_last_who_came_is_rung_and_then_the_one_before() -> None:
    registry, page, story = Registry(), nobody(), nobody()
    addresses = Addresses(registry)
    addresses.take("client:tomas", page)
    addresses.take("client:tomas", story)
    assert registry.phones["client:tomas"] is story
    addresses.leave("client:tomas", story)
    assert registry.phones["client:tomas"] is page
    addresses.leave("client:tomas", page)
    assert registry.phones == {}


def test_an_old_connection_that_is_given_up_late_does_not_silence_the_new_one() -> None:
    registry, old, new = Registry(), nobody(), nobody()
    addresses = Addresses(registry)
    addresses.take("client:tomas", old)
    addresses.take("client:tomas", new)
    addresses.leave("client:tomas", old)
    addresses.leave("client:tomas", old)
    assert registry.phones["client:tomas"] is new


def test_leaving_an_address_that_was_never_taken_touches_nobody() -> None:
    registry, other = Registry(), nobody()
    registry.register("client:aisha", other)
    Addresses(registry).leave("client:aisha", nobody())
    assert registry.phones["client:aisha"] is other
