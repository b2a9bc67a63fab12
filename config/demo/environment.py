"""What the demo's programs read from their environment, with secrets that are made once and kept."""

import base64
import json
import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path


def environment(given: Mapping[str, str], *, folder: Path, host: str, port: int) -> dict[str, str]:
    """The given variables and what the demo needs besides; a given DATABASE_URL, REDIS_URL or secret wins."""
    ours = {
        **kept_secrets(folder / "secrets.json"),
        "LOG_FORMAT": "console",
        **{name: value for name, value in given.items() if value},
        "ALLOWED_HOSTS": f"{host},localhost",
        "PLAIN_HTTP": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "STATIC_ROOT": str(folder / "static"),
        "PORT": str(port),
    }
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        ours.pop(name, None)
    return ours


def kept_secrets(path: Path) -> dict[str, str]:
    """Keys and secrets of this checkout: random at the first start, the same ever after; a new kind is added."""
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"demo:{_random_key()}",
        "DIGEST_KEY": _random_key(),
        "VAPID_PRIVATE_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode(),
    }
    kept = json.loads(path.read_text()) if path.exists() else {}
    if made.keys() - kept.keys():
        _write_private(path, json.dumps({**made, **kept}, indent=2) + "\n")
    return {**made, **kept}


def write_environment(path: Path, ours: Mapping[str, str], given: Mapping[str, str]) -> None:
    """What differs from the given variables, as a file for a second terminal: `. var/demo.env`."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in ours.items() if given.get(name) != value]
    _write_private(path, "".join(lines))


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_private(path: Path, text: str) -> None:
    """Written beside and renamed: a start that is cut off leaves no half file, and nobody else reads it meanwhile."""
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    half.rename(path)
