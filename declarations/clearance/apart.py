"""Many things that time has made due, each in a transaction of its own (law 9)."""

from collections.abc import Callable

import structlog
from django.db import transaction

log = structlog.get_logger(__name__)


def apart(work: Callable[[], int], *, what: str, about: str) -> int | None:
    """Do one of many; one that fails is logged, gives None, and keeps none of the others waiting.

    what, about: which work it was and on what, for the log; nothing personal.
    """
    try:
        with transaction.atomic():
            return work()
    except Exception:
        log.exception("sweep_failed", what=what, about=about)
        return None
