"""How values look on a page: times in the shop's zone, durations, masked numbers, emotions."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint

from dialogue.nlu.intents import INTENT_LABELS, label
from security.masking import mask_number, mask_text

EMOTION_LEVELS = ("calm", "annoyed", "angry", "furious")


def clock(value: datetime | None, zone: ZoneInfo) -> str:
    """19:04:55 in the shop's zone."""
    return value.astimezone(zone).strftime("%H:%M:%S") if value else "–"


def day_and_time(value: datetime | None, zone: ZoneInfo) -> str:
    """2026-11-22 19:04 in the shop's zone."""
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M") if value else "–"


def duration(seconds: float | timedelta | None) -> str:
    """Seconds as 1:05 or 1:02:03; nothing known is a dash."""
    if seconds is None:
        return "–"
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def milliseconds(value: int | None) -> str:
    """A place in a recording: 75300 ms is 1:15.3."""
    if value is None:
        return "–"
    return f"{value // 60_000}:{value // 1000 % 60:02}.{value // 100 % 10}"


def percent(value: float | None) -> str:
    """0.873 is 87 %."""
    return "–" if value is None else f"{value * 100:.0f} %"


def figure(value: float | None) -> str:
    """At most one digit behind the point: 5.0 is 5, 87.34 is 87.3."""
    return "–" if value is None else f"{round(value, 1):g}"


def emotion_name(level: int | None) -> str:
    """The level's key among the texts; unsure when the scorer abstained."""
    if level is None or not 0 <= level < len(EMOTION_LEVELS):
        return "unsure"
    return EMOTION_LEVELS[level]


def intent_name(intent: str, language: str) -> str:
    """The request's name for people; one that this version does not know stays as it is."""
    return label(intent, language) if intent in INTENT_LABELS else intent


def add_filters(blueprint: Blueprint, zone: ZoneInfo) -> None:
    """Make the filters known to the templates."""
    blueprint.add_app_template_filter(mask_number, "mask")
    blueprint.add_app_template_filter(mask_text, "mask_text")
    blueprint.add_app_template_filter(duration, "duration")
    blueprint.add_app_template_filter(milliseconds, "milliseconds")
    blueprint.add_app_template_filter(percent, "percent")
    blueprint.add_app_template_filter(figure, "figure")
    blueprint.add_app_template_filter(emotion_name, "emotion_name")
    blueprint.add_app_template_filter(intent_name, "intent_name")
    blueprint.add_app_template_filter(lambda value: clock(value, zone), "clock")
    blueprint.add_app_template_filter(lambda value: day_and_time(value, zone), "day_and_time")
