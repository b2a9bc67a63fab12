"""The floor: a bare Django view that does with raw SQL what a scan does at the least, and nothing else.

One transaction of SELECT FOR UPDATE, INSERT and UPDATE, prepared on the server, on a persistent connection; without
middleware, authentication, signature, decision, history. Run by gunicorn like the real thing.
"""

import json
import os

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

VEHICLES = 2000
TABLES = """
CREATE TABLE IF NOT EXISTS floor_vehicle (id int PRIMARY KEY, status text NOT NULL, moved_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS floor_passage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id int NOT NULL, at timestamptz NOT NULL, body jsonb NOT NULL);
INSERT INTO floor_vehicle SELECT n, 'RELEASED', now() FROM generate_series(0, 1999) AS n ON CONFLICT DO NOTHING;
"""


def scan(request: HttpRequest) -> JsonResponse:
    """Lock, write down, move, answer."""
    body = json.loads(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT status FROM floor_vehicle WHERE id = %s FOR UPDATE", [body["vehicle"]])
        (status,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO floor_passage (vehicle_id, at, body) VALUES (%s, now(), %s::jsonb) RETURNING id",
            [body["vehicle"], request.body.decode()],
        )
        (passage,) = cursor.fetchone()
        cursor.execute(
            "UPDATE floor_vehicle SET status = %s, moved_at = now() WHERE id = %s", [body["status"], body["vehicle"]]
        )
    return JsonResponse({"passage": passage, "was": status, "verdict": "ADMIT"})


urlpatterns = [path("scans", scan)]


def application(environment: dict, start_response: object) -> object:
    """Made at the first request, so that this module can be imported beside the real settings."""
    global _application
    if _application is None:
        database = environ.Env.db_url_config(os.environ["DATABASE_URL"])
        database["CONN_MAX_AGE"] = 600
        database["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 3, **database.get("OPTIONS", {})}
        settings.configure(
            SECRET_KEY="floor",
            ALLOWED_HOSTS=["127.0.0.1"],
            ROOT_URLCONF="tests.bench.floor",
            MIDDLEWARE=[],
            DATABASES={"default": database},
            USE_TZ=True,
        )
        _application = get_wsgi_application()
    return _application(environment, start_response)


_application = None
