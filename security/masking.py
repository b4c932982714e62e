"""Phone numbers made unreadable for logs and screens; enough stays to tell callers apart."""

import re

_KEEP = 4
"""Last digits that stay readable; the four before them are hidden (GB/T 35273 practice)."""

_PHONE_LIKE = re.compile(
    r"""(?<![0-9A-Za-z.])
    (?: (?:\+|00)\d(?:[ -]?\d){6,14}              # E.164 with + or 00, spaces or hyphens inside
      | (?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}  # Chinese mobile
      | 1(?:[ ]\d){10}                            # the same, spoken digit by digit
      | 0\d{2,3}[ -]?\d{7,8}                      # Chinese fixed line with area code
      | (?:1[ -])?\(?[2-9]\d{2}\)?[ .-]?[2-9]\d{2}[ .-]?\d{4}  # North America
    )(?![0-9A-Za-z])""",
    re.VERBOSE,
)


def mask_number(number: str) -> str:
    """One number with four of its digits hidden; names such as client:aisha stay as they are."""
    digits = sum(character.isdigit() for character in number)
    if digits < 3 or any(character.isalpha() for character in number):
        return number
    if digits < 2 * _KEEP:
        return "*" * (len(number) - 2) + number[-2:]
    return _hide(number, digits - 2 * _KEEP, digits - _KEEP)


def mask_text(text: str) -> str:
    """Free text with the digits of everything that looks like a phone number masked."""
    return _PHONE_LIKE.sub(lambda found: mask_number(found.group()), text)


def _hide(number: str, first: int, last: int) -> str:
    """The number with its digits first..last-1 (counted among digits) replaced by asterisks."""
    shown, place = [], 0
    for character in number:
        if character.isdigit():
            shown.append("*" if first <= place < last else character)
            place += 1
        else:
            shown.append(character)
    return "".join(shown)
