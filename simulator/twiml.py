"""TwiML read strictly: what Twilio would refuse is refused with the rule that was broken."""

import xml.etree.ElementTree as ET  # the documents come from the application under test
from dataclasses import dataclass, field
from urllib.parse import urljoin

from simulator.errors import TwimlRefused
from simulator.twiml_rules import RULES, SUPPORTED_BY_TWILIO, Rule

_MAX_BYTES = 64 * 1024
"""Twilio's limit for a document."""


@dataclass(frozen=True, slots=True)
class Node:
    """One verb or noun."""

    name: str
    attributes: dict[str, str]
    text: str
    children: tuple["Node", ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """An attribute, or its default."""
        return self.attributes.get(name, default)

    def flag(self, name: str, default: bool) -> bool:
        """A true/false attribute."""
        value = self.attributes.get(name)
        return default if value is None else value.lower() == "true"

    def number(self, name: str, default: int) -> int:
        """A whole number, checked when the document was read."""
        return int(self.attributes.get(name, default))


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs in order, and the address they came from (relative addresses start there)."""

    verbs: tuple[Node, ...]
    url: str = ""
    method: str = "POST"
    source: str = field(default="", repr=False)

    def resolve(self, address: str) -> str:
        """An absolute address; empty means this document's own."""
        return urljoin(self.url, address) if address else self.url


def parse(text: str, *, url: str = "", within: str = "Response") -> Document:
    """Read a document; `within` is 'Response', or 'Wait' for a queue's waiting room."""
    if len(text.encode()) > _MAX_BYTES:
        raise TwimlRefused(TwimlRefused.PARSE, "a document may hold at most 64 kB")
    if "<!DOCTYPE" in text:
        raise TwimlRefused(TwimlRefused.PARSE, "a document takes no DOCTYPE and no entities")
    try:
        root = ET.fromstring(text.strip())  # noqa: S314 - no entities are resolved from outside
    except ET.ParseError as error:
        raise TwimlRefused(TwimlRefused.PARSE, f"the document is not XML: {error}") from error
    if root.tag != "Response":
        raise TwimlRefused(TwimlRefused.PARSE, f"the root must be <Response>, not <{root.tag}>")
    if root.attrib:
        raise TwimlRefused(TwimlRefused.SCHEMA, "<Response> takes no attributes")
    return Document(_children(root, RULES[within]), url, source=text)


def _children(element: ET.Element, rule: Rule) -> tuple[Node, ...]:
    return tuple(_node(child, element.tag, rule) for child in element)


def _node(element: ET.Element, parent: str, parent_rule: Rule) -> Node:
    name = element.tag
    if name not in parent_rule.children:
        raise TwimlRefused(TwimlRefused.SCHEMA, _misplaced(name, parent, parent_rule))
    rule = RULES[name]
    for attribute, value in element.attrib.items():
        _check_attribute(name, attribute, value, rule)
    missing = [needed for needed in rule.required if needed not in element.attrib]
    if missing:
        raise TwimlRefused(TwimlRefused.SCHEMA, f"<{name}> needs the attribute {missing[0]!r}")
    text = "".join(element.itertext() if name == "Say" else element.text or "").strip()
    _check_text(name, text, rule, has_children=len(element) > 0)
    return Node(name, dict(element.attrib), text, _children(element, rule))


def _misplaced(name: str, parent: str, rule: Rule) -> str:
    known = ", ".join(f"<{child}>" for child in sorted(rule.children)) or "nothing"
    if name not in RULES and name not in SUPPORTED_BY_TWILIO:
        return f"<{name}> is not a TwiML element; <{parent}> may hold {known}"
    if name not in RULES:
        return f"<{name}> is TwiML, but this exchange does not play it; it plays {known}"
    return f"<{name}> may not stand inside <{parent}>; <{parent}> may hold {known}"


def _check_attribute(name: str, attribute: str, value: str, rule: Rule) -> None:
    if attribute not in rule.attributes:
        known = ", ".join(sorted(rule.attributes)) or "none"
        sentence = f"<{name}> has no attribute {attribute!r}; it has: {known}"
        raise TwimlRefused(TwimlRefused.SCHEMA, sentence)
    reason = rule.attributes[attribute](value)
    if reason:
        sentence = f"<{name} {attribute}={value!r}> must be {reason}"
        raise TwimlRefused(TwimlRefused.SCHEMA, sentence)


def _check_text(name: str, text: str, rule: Rule, *, has_children: bool) -> None:
    if text and not rule.text:
        raise TwimlRefused(TwimlRefused.SCHEMA, f"<{name}> holds no text, found {text[:40]!r}")
    if rule.needs_text and not text and not has_children:
        raise TwimlRefused(TwimlRefused.SCHEMA, f"<{name}> needs text between its tags")
