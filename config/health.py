"""Two probes: is the program up, and may it be sent traffic. Neither asks Redis or anybody outside."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

_seen: dict[str, bool] = {"migrated": False}


class ProbeMiddleware:
    """Answer the probes before anything else: they come from inside, without TLS and with any Host header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = {"/livez": livez, "/readyz": readyz}.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """The program answers."""
    return JsonResponse({"status": "up"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and no migration is missing, else 503 with the reason."""
    try:
        reason = _not_ready_because()
    except DatabaseError:
        reason = "the database does not answer"
    if reason:
        return JsonResponse({"status": "not ready", "reason": reason}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ready"})


def _not_ready_because() -> str | None:
    if _seen["migrated"]:  # a running program's migrations never go back, so later probes cost one round trip
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return None
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "migrations are missing"
    _seen["migrated"] = True
    return None
