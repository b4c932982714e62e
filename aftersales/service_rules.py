"""The numbers by which bots decide (service_rules.yaml), checked when loaded."""

from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta

from aftersales.errors import RulesInvalid
from aftersales.gateways import Minor

RULES_FILE = Path(__file__).with_name("service_rules.yaml")

Days = Annotated[int, Meta(ge=0, le=3650)]
Minutes = Annotated[int, Meta(ge=1, le=10_000)]


class PriceRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the price fell after the purchase."""

    days: Days


class PickupRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a courier did not do what was agreed."""

    accept_minutes: Minutes
    late_minutes: Minutes
    fake_metres: Annotated[int, Meta(ge=10, le=100_000)]


class WeightRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a bill is wrong enough."""

    tolerance_minor: Minor


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to so many hours after signing, this share of the price."""

    hours: Annotated[int, Meta(ge=1, le=1000)]
    share: Annotated[int, Meta(ge=0, le=100)]


class Goodwill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an upset caller may be given after the bands; a share of 0: nothing."""

    level: Annotated[int, Meta(ge=1, le=3)]
    hours: Annotated[int, Meta(ge=1, le=1000)]
    share: Annotated[int, Meta(ge=0, le=100)]
    limit_minor: Minor


class Giver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may give up to so much for one order."""

    who: Annotated[str, Meta(pattern="^(bot|agent|supervisor)$")]
    limit_minor: Minor


class FreshRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What spoiled goods are worth, and who may give it."""

    givers: Annotated[tuple[Giver, ...], Meta(min_length=1)]
    bands: Annotated[tuple[Band, ...], Meta(min_length=1)]
    upset: Goodwill

    def giver_of(self, minor: int) -> str:
        """The first who may give as much; above all limits the last one decides."""
        able = (giver.who for giver in self.givers if minor <= giver.limit_minor)
        return next(able, self.givers[-1].who)


class VisitRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a technician comes for nothing."""

    warranty_days: Days


class LostRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a parcel counts as lost, and how long the courier may search."""

    silent_days: Annotated[int, Meta(ge=1, le=60)]
    search_days: Annotated[int, Meta(ge=1, le=60)]


class ServiceRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them."""

    price: PriceRule
    pickup: PickupRule
    weight: WeightRule
    fresh: FreshRule
    visit: VisitRule
    lost: LostRule


def load_service_rules(path: Path = RULES_FILE) -> ServiceRules:
    """Read and check; raises RulesInvalid naming the section that is wrong, all of them."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise RulesInvalid(path.name, ("no sections",))
    problems: list[str] = []
    for name, kind in ServiceRules.__annotations__.items():
        try:
            msgspec.convert(data.get(name), kind)
        except msgspec.ValidationError as problem:
            problems.append(f"{name}: {problem}")
    problems += [f"{name!r} is no section" for name in data.keys() - ServiceRules.__annotations__]
    if problems:
        raise RulesInvalid(path.name, tuple(problems))
    rules = msgspec.convert(data, ServiceRules)
    hours = [band.hours for band in rules.fresh.bands]
    if hours != sorted(set(hours)):
        raise RulesInvalid(path.name, (f"fresh: bands have hours {hours}; rising ones are right",))
    limits = [giver.limit_minor for giver in rules.fresh.givers]
    if limits != sorted(set(limits)):
        wrong = f"fresh: givers have limits {limits}; rising ones are right"
        raise RulesInvalid(path.name, (wrong,))
    return rules
