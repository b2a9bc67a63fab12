"""The project's own Celery app with two more kinds of work, neither of which can be done."""

import os
import signal
from typing import Any

from celery.signals import worker_process_init

from config.celery import app

__all__ = ["app"]

RAISES = "poison_raises"
KILLS = "poison_kills"


@worker_process_init.connect
def register(**_later: Any) -> None:
    """In each process of the pool, once Django is set up."""
    from declarations import tasks

    tasks.WORK[RAISES] = _raise
    tasks.WORK[KILLS] = _die


def _raise(subject: int, *_chance_and_clock: Any) -> None:
    raise RuntimeError(f"nobody can do it for {subject}")


def _die(*_subject: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
