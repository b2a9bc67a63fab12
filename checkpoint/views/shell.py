"""The scan page as an app of its own: what a home screen asks for, and what keeps its shell without a network."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

STATIC = Path(__file__).resolve().parents[1] / "static" / "checkpoint"
WORKER = STATIC / "scanner" / "shell_worker.js"
ICONS = {192: "checkpoint/scanner/icon-192.png", 512: "checkpoint/scanner/icon-512.png"}
FRAME = (
    "mark.svg",
    "vendor/bootstrap/bootstrap-reboot.min.css",
    "vendor/bootstrap/bootstrap-grid.min.css",
    "vendor/bootstrap/bootstrap-utilities.min.css",
    "vendor/bootstrap-icons/icons.svg",
    "vendor/htmx/htmx.min.js",
    "vendor/noble-ed25519/index.js",
    "vendor/zxing-wasm/reader.js",
    "vendor/zxing-wasm/zxing_reader.wasm",
    "tokens.css",
    "site.css",
    "forms.css",
    "components.css",
    "site.js",
)
"""What the scan page loads from the frame."""


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How the page stands on a home screen."""
    scope = reverse("checkpoint:resume")
    icons = [
        {"src": static(path), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size, path in ICONS.items()
        for purpose in ("any", "maskable")
    ]
    return JsonResponse(
        {
            "id": scope,
            "name": _("Silkgate scanner"),
            "short_name": _("Scan"),
            "start_url": scope,
            "scope": scope,
            "display": "standalone",
            "orientation": "any",
            "background_color": "#12181f",
            "theme_color": "#0b6e6e",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the scan pages, told which files of which version make up their shell."""
    scope = reverse("checkpoint:resume")
    told = {"version": shell_version(), "shell": [static(name) for name in shell()], "scope": scope}
    text = f"const TOLD = {json.dumps(told)};\n{WORKER.read_text()}"
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": scope}
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers=headers)


def shell() -> list[str]:
    """Every file that the page needs before it can scan."""
    own = [path for path in sorted(STATIC.rglob("*")) if path.suffix in {".js", ".css", ".png"} and path != WORKER]
    return [*FRAME, *(f"checkpoint/{path.relative_to(STATIC).as_posix()}" for path in own)]


@lru_cache(maxsize=1)
def shell_version() -> str:
    """A digest of all of it: another version is another cache."""
    digest = hashlib.sha256()
    for name in shell():
        found = finders.find(name)
        assert isinstance(found, str), f"{name} is part of the scan page"
        digest.update(Path(found).read_bytes())
    digest.update(WORKER.read_bytes())
    return digest.hexdigest()[:12]
