"""Browser parts of others: which files of node_modules the console serves, and nothing else."""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

NODE_MODULES = Path(__file__).parent.parent / "node_modules"
ALLOWED = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.js": "htmx-ext-sse/dist/sse.min.js",
    "wavesurfer.js": "wavesurfer.js/dist/wavesurfer.esm.js",
    "twilio.js": "@twilio/voice-sdk/dist/twilio.min.js",
}
"""Name under /static/vendor/ -> file of the package."""
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Vendor:
    """The installed parts in one folder."""

    folder: Path = NODE_MODULES

    def path(self, name: str) -> Path | None:
        """The file of an allowed name, if it is installed."""
        inside = ALLOWED.get(name)
        path = self.folder / inside if inside else None
        return path if path is not None and path.is_file() else None

    def has(self, name: str) -> bool:
        """Whether the part is installed."""
        return self.path(name) is not None

    def missing(self) -> list[str]:
        """Names that pages would miss; `npm ci --ignore-scripts` brings them."""
        return [name for name in ALLOWED if not self.has(name)]


def add_vendor_route(blueprint: Blueprint, vendor: Vendor) -> None:
    """Serve the allowed files."""

    @blueprint.get("/static/vendor/<name>")
    def vendor_file(name: str) -> Response:
        path = vendor.path(name)
        if path is None:
            abort(404)
        return send_file(path, mimetype="text/javascript", max_age=DAY_SECONDS)
