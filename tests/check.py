"""The part of `make check` that asks Django, with settings like a production's: python -m tests.check"""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

STEPS = {
    "migrations": ["makemigrations", "--check", "--dry-run"],
    "messages": ["messages", "--check"],
    "API document": ["spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
    "deployment": ["check", "--deploy", "--fail-level", "WARNING"],
}


def production() -> dict[str, str]:
    """Everything that a production must set, and nothing else that Django reads."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"k1:{_key()}",
        "DIGEST_KEY": _key(),
        "ALLOWED_HOSTS": "silkgate.example",
        "DATABASE_URL": "postgres:///nowhere?host=/nowhere",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def manage(*argv: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One manage.py command in a program of its own."""
    return subprocess.run(
        # Without a database makemigrations cannot compare its history, and warns; the models it compares all the same.
        [sys.executable, "-W", "ignore:Got an error checking:RuntimeWarning", "manage.py", *argv],
        env={"PATH": os.environ["PATH"], **(production() if env is None else env)},
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    """Run every step, show what failed."""
    failed = False
    for name, argv in STEPS.items():
        done = manage(*argv)
        print(f"{name}: {'ok' if done.returncode == 0 else 'failed'}", flush=True)
        if done.returncode != 0:
            failed = True
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr, flush=True)
    return int(failed)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


if __name__ == "__main__":
    sys.exit(main())
