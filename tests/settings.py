"""Settings of the tests: the real ones, with quick hashing and without TLS. tests/conftest.py puts the servers in."""

import os

os.environ.update(
    SECRET_KEY="tests" * 10,
    FIELD_KEYS="t2:MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjI=,t1:MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=",
    DIGEST_KEY="MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM=",
    VAPID_PRIVATE_KEY="NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    PLAIN_HTTP="1",
    LOG_FORMAT="console",
    LOG_LEVEL="WARNING",
)
os.environ.setdefault("DATABASE_URL", "postgres:///not-started")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# The append-only triggers also refuse TRUNCATE; only here, where a test flushes the tables, they let it pass.
DATABASES["default"]["OPTIONS"]["options"] += " -c silkgate.allow_truncate=on"
# Static files straight from the apps: nothing has been collected.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
