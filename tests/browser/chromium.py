"""The Chromium of this machine, and pages that remember everything that went wrong on them."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
SCREEN = {"width": 1366, "height": 860}
WAIT_MS = 15_000
"""The longest that a page may take to show something that nobody has to speak for."""
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI}`));
"""


def find_chromium() -> str | None:
    """Path of a Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright, executable: str, microphone: Path | None = None) -> Browser:
    """A headless browser; its microphone plays the file once, or is the browser's own beep."""
    heard = [f"--use-file-for-fake-audio-capture={microphone}%noloop"] if microphone else []
    return playwright.chromium.launch(executable_path=executable, args=[*ARGUMENTS, *heard])


def open_context(browser: Browser, language: str = "en") -> BrowserContext:
    """A visitor with a browser of one language (zh-CN, en)."""
    context = browser.new_context(viewport=SCREEN, locale=language, permissions=["microphone"])  # type: ignore[arg-type]
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(_TELL_VIOLATIONS)
    return context


class Complaints:
    """Errors of scripts, of the console and of the Content-Security-Policy on one page."""

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        page.on("console", lambda said: self._take(said.type, f"{said.text} ({said.location})"))
        page.on("pageerror", lambda error: self.found.append(str(error)))

    def _take(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.found.append(text)


def log_in(page: Page, console: str, username: str, password: str) -> None:
    """Fill the log-in form; the page is then the person's first one."""
    page.goto(f"{console}/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("form.login button")
    page.wait_for_url(lambda url: not url.endswith("/login"))
