"""The smallest environment with which Hotline starts."""

from pathlib import Path

NEEDED = {
    "HOTLINE_SECRET_KEY": "k" * 43,
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "HOTLINE_PUBLIC_BASE_URL": "https://hotline.example",
    "HOTLINE_MEDIA_BASE_URL": "wss://media.hotline.example",
    "HOTLINE_NUMBERS": "+864008000001=zh, +864008000002=en",
}


def demo(folder: Path) -> dict[str, str]:
    """A demo's, with nothing behind the addresses."""
    return {
        **NEEDED,
        "HOTLINE_ENV": "demo",
        "HOTLINE_FOLDER": str(folder),
        "HOTLINE_REDIS_URL": "redis://127.0.0.1:1/0",
        "HOTLINE_PHONE": "box",
        "HOTLINE_PHONE_BOX_URL": "http://127.0.0.1:9000",
    }
