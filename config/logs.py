"""Logs: one event per line, JSON in production, readable in the demo; a trace id on every line of a request or task.

No line carries a body, a query string, an address of a person or a header: personal facts have no way in.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure_logs(*, json: bool, level: str) -> dict[str, Any]:
    """Set structlog up and give Django's LOGGING: everything goes to standard error through one formatter."""
    structlog.configure(
        processors=[
            *_shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": _shared,
            },
        },
        "filters": {"without_keys": {"()": WithoutKeys}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events", "filters": ["without_keys"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},  # 4xx are in our own line already
            "django.server": {"handlers": [], "propagate": True},
            "celery.beat": {"level": "WARNING"},  # else one line per second
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


class WithoutKeys(logging.Filter):
    """A link is a key: of an address that opens by itself no line, whoever writes it, shows more than the beginning."""

    _linked = re.compile(r"(/(?:[dfi]|sign-up|invitations|password)/)[^/?\s]+")

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass, keys taken out of what it names."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                self._linked.sub(r"\1…", each) if isinstance(each, str) else each for each in record.args
            )
        return True


class TraceMiddleware:
    """Give each request a trace id, say it in the answer, and log one line when it is done.

    A well-formed X-Request-ID of the caller is kept, so that a gate's own log meets ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.stdlib.get_logger("silkgate.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        trace = given if _GIVEN.fullmatch(given) else secrets.token_hex(16)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(trace_id=trace)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = trace
        route = request.resolver_match.route if request.resolver_match else None
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        self.log.info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
        return response
