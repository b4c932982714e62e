"""May this order be sent back? Pure rules over data (returns_rules.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import yaml

from aftersales.errors import RulesInvalid
from aftersales.gateways import Order

RULES_FILE = Path(__file__).with_name("returns_rules.yaml")
REFUSALS = frozenset({"fresh", "appliance"})
"""Reasons that a category rule may give; each has a prompt."""


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """The rule of one category."""

    returnable: bool
    days: int
    """Whole days after the day of signing."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnRules:
    """The shop's rules; a category without one of its own has the default."""

    default: ReturnRule
    categories: Mapping[str, ReturnRule]

    def of(self, category: str) -> ReturnRule:
        """The rule of a category."""
        return self.categories.get(category, self.default)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The verdict on one order."""

    allowed: bool
    reason: str | None = None
    """already, cancelled, not_delivered, too_late, or a category's own (fresh, appliance)."""
    days: int = 0
    """The period that applies, for the sentence said."""


def load_rules(path: Path = RULES_FILE) -> ReturnRules:
    """Read and check the rules; raises RulesInvalid with every problem found."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    problems: list[str] = []
    if not isinstance(data, dict) or "default" not in data:
        raise RulesInvalid(path.name, ("no 'default' rule",))
    default = _rule("default", data["default"], problems)
    categories = {
        name: _rule(name, rule, problems) for name, rule in (data.get("categories") or {}).items()
    }
    if problems:
        raise RulesInvalid(path.name, tuple(problems))
    return ReturnRules(default, categories)


def _rule(name: str, data: Any, problems: list[str]) -> ReturnRule:
    if not isinstance(data, dict):
        problems.append(f"rule {name!r} is {data!r}; a mapping is right")
        return ReturnRule(returnable=False, days=0)
    returnable, days, reason = data.get("returnable"), data.get("days"), data.get("reason")
    if not isinstance(returnable, bool):
        problems.append(f"rule {name!r} has returnable {returnable!r}; true or false is right")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 365:
        problems.append(f"rule {name!r} has days {days!r}; a whole number 0-365 is right")
    if returnable is False and reason not in REFUSALS:
        problems.append(f"rule {name!r} has reason {reason!r}; one of {sorted(REFUSALS)} is right")
    return ReturnRule(bool(returnable), days if isinstance(days, int) else 0, reason)


def may_return(order: Order, rules: ReturnRules, now: datetime, zone: tzinfo) -> Eligibility:
    """Whether an order may be sent back now; days are calendar days in the shop's zone."""
    if order.return_state is not None:
        return Eligibility(allowed=False, reason="already")
    if order.status == "cancelled":
        return Eligibility(allowed=False, reason="cancelled")
    if order.status != "delivered" or order.delivered_at is None:
        return Eligibility(allowed=False, reason="not_delivered")
    rule = _strictest(order, rules)
    if not rule.returnable:
        return Eligibility(allowed=False, reason=rule.reason, days=rule.days)
    signed, today = order.delivered_at.astimezone(zone).date(), now.astimezone(zone).date()
    if (today - signed).days > rule.days:
        return Eligibility(allowed=False, reason="too_late", days=rule.days)
    return Eligibility(allowed=True, days=rule.days)


def _strictest(order: Order, rules: ReturnRules) -> ReturnRule:
    """An order goes back as a whole, so the least generous rule among its items decides."""
    found = [rules.of(item.category) for item in order.items]
    return min(found, key=lambda rule: (rule.returnable, rule.days), default=rules.default)
