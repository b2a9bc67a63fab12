"""All settings, read from the environment; a missing or unusable one is a sentence, never a surprise later.

A production needs SECRET_KEY, FIELD_KEYS, DIGEST_KEY, ALLOWED_HOSTS, DATABASE_URL and REDIS_URL; none has a default.
"""

import base64
import binascii
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.logs import configure_logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _key(name: str, text: str) -> bytes:
    """32 bytes written as base64.

    Raises: ImproperlyConfigured, naming the variable but never its value.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured(
            f"{name}: each key is 32 bytes written as base64, made with: openssl rand -base64 32"
        )
    return key


def _field_keys(text: str) -> dict[str, bytes]:
    """ "kid:base64,kid:base64" as a dict in that order: the first key encrypts, all of them decrypt."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        kid, colon, key = part.partition(":")
        if not kid or not colon or kid in keys:
            raise ImproperlyConfigured("FIELD_KEYS is a list of different kid:base64key pairs, the newest first")
        keys[kid] = _key("FIELD_KEYS", key)
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty: personal facts could not be encrypted")
    return keys


DEBUG = env.bool("DEBUG", default=False)
PLAIN_HTTP = env.bool("PLAIN_HTTP", default=False)
"""Serve without TLS, for a demo on the loopback address only: cookies lose Secure and the __Host- prefix."""

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEYS = _field_keys(env.str("FIELD_KEYS"))
"""AES-GCM keys of personal facts by key id; the first encrypts."""

DIGEST_KEY = _key("DIGEST_KEY", env.str("DIGEST_KEY"))
"""HMAC key of the digests beside encrypted facts. It never rotates: a search would lose its rows."""

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not DEBUG and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters, made with: openssl rand -base64 48")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is empty: name the hosts of this site, separated by commas")

BASE_URL = env.str("BASE_URL", default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}").rstrip("/")
"""Where the site stands, for addresses in mails: a request's own host could be made up."""

MAIL_HOST = urlsplit(BASE_URL).hostname or "localhost"
PASSKEY_HOST = env.str("PASSKEY_HOST", default="localhost" if MAIL_HOST == "127.0.0.1" else MAIL_HOST)
"""The name to which passkeys belong; browsers take no bare address for one."""

vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
EMAIL_TIMEOUT = 10  # shorter than a task may take
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"Silkgate <no-reply@{MAIL_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MESSENGERS = {
    "MAIL": "declarations.messengers.mail.Mail",
    "PUSH": "declarations.messengers.push.Push",
} | env.dict("MESSENGERS", default={})
"""Ways of notices that are on, and who takes them: declarations/messengers."""

MESSAGES_FILE = env.str("MESSAGES_FILE", default=str(BASE_DIR / "var" / "messages.jsonl"))
"""Where the demonstration's messenger writes; another one never reads it."""

INSTALLED_APPS = [
    "config",
    "seeds",
    "checkpoint",
    "declarations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",  # registers OpClass in index expressions
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "config.health.ProbeMiddleware",
    "config.logs.TraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.addresses.UnreadableMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.sessions.SessionRules",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # CONTRACT section 2 names every address exactly

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.chrome",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url("DATABASE_URL")}
_database = DATABASES["default"]
if _database["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL is not a PostgreSQL address: row locks and SKIP LOCKED are needed")
_database["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE_S", default=600)
_database["CONN_HEALTH_CHECKS"] = False  # a SELECT 1 before every scan would cost a round trip
_database["OPTIONS"] = {
    "application_name": "silkgate",
    # Prepared on the server: 1.2 to 1.3 times the throughput of client-side binding at a gate.
    "server_side_binding": True,
    "prepare_threshold": 3,
    "options": " ".join(
        f"-c {name}={seconds}s"
        for name, seconds in {
            "statement_timeout": env.int("DATABASE_STATEMENT_TIMEOUT_S", default=15),
            "lock_timeout": env.int("DATABASE_LOCK_TIMEOUT_S", default=5),
            "idle_in_transaction_session_timeout": 30,
        }.items()
    ),
    "connect_timeout": 5,
    **_database.get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["config.persons.NameOrMail"]
PASSWORD_HASHERS = [  # scrypt wants memory as well as time, and needs no package; older hashes are renewed at sign-in
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = 3600
OFFICERS_NEED_SECOND_FACTOR = True  # not from the environment: nobody turns it off by mistake
OFFICER_IDLE_S = env.int("OFFICER_IDLE_S", default=3600)
"""After so many seconds without a step an officer signs in again; a control room's wall screen is left alone."""

SCAN_LOCK_AFTER_S = env.int("SCAN_LOCK_AFTER_S", default=600)
"""After so many seconds without a scan a lane's page wants to know again who stands before it."""
if SCAN_LOCK_AFTER_S < 1:
    raise ImproperlyConfigured("SCAN_LOCK_AFTER_S is at least 1: a handheld that lies about has to lock")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "config.password_length.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
OFFICERS_HOME = "checkpoint:home"  # the exporters' app sends them there and knows no more
OFFICERS_DECLARATION = "checkpoint:declaration"
OFFICERS_PASSAGE = "checkpoint:passage"
OFFICERS_LANE = "checkpoint:lane"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English"), ("ru", "Русский"), ("kk", "Қазақша")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.Files"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

_host = "" if PLAIN_HTTP else "__Host-"
SESSION_COOKIE_NAME = f"{_host}session"
SESSION_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_AGE = 12 * 3600  # one shift
CSRF_COOKIE_NAME = f"{_host}csrf"
CSRF_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_HTTPONLY = True  # scripts find the token in the page
LANGUAGE_COOKIE_NAME = f"{_host}language"
LANGUAGE_COOKIE_SECURE = not PLAIN_HTTP
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 86400
DEVICE_COOKIE_NAME = f"{_host}device"
"""The key of a handheld, where no script can read it; SameSite=Strict, and Secure as the session's."""

DEVICE_COOKIE_AGE = 365 * 86400

SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 2 * 365 * 86400
SECURE_HSTS_INCLUDE_SUBDOMAINS = not PLAIN_HTTP
SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("TRUST_PROXY", default=False):
    # Only behind a proxy that sets or strips this header and adds the asker to X-Forwarded-For: else anyone could claim
    # to speak TLS, and to be somebody else at every guess of a password (config/sign_in.py).
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/api/v1/scans"],  # JSON that no browser shows; the header costs 3 % of a scan
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "config.api.problem_response",
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # ApiView names its own; named here it would import in a circle
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Silkgate",
    "DESCRIPTION": "Vehicles leaving through a road port: declare, clear, pass, scan.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        name: f"declarations.{module}.{name}"
        for module, names in {
            "lifecycle": (
                "DeclarationStatus",
                "VehicleStatus",
                "PassStatus",
                "InspectionStatus",
                "CheckStatus",
                "PassKeyStatus",
            ),
            "words": ("Channel", "InspectionNext", "Stage"),
        }.items()
        for name in names
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives any outage of the broker
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# A killed worker's message is back after the visibility timeout plus one restore interval. With kombu's own interval
# and throttle (10 and 10) it took 95 s at a timeout of 8 s, with 1 and 1 it takes 9 s.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("BROKER_VISIBILITY_TIMEOUT_S", default=60),
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # a poison task is stopped by the outbox's own count of attempts
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # the relay tries again by itself
CELERY_TASK_SOFT_TIME_LIMIT = 20  # shorter than the visibility timeout: else a second worker starts the same work
CELERY_TASK_TIME_LIMIT = 30
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = TIME_ZONE

VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
"""Signs news to drivers' telephones (RFC 8292): 32 bytes of P-256, base64url. Without it no page offers news."""

VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="mailto:operator@localhost")
"""Whom a push service asks when something is wrong with what we send."""

PUSH_SERVICES = env.list(
    "PUSH_SERVICES",
    default=["fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com"],
)
"""Hosts, with all below them, that news may be sent through: browsers name the address, and we ask nowhere else."""

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured("LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
LOGGING = configure_logs(json=env.str("LOG_FORMAT", default="json") == "json", level=LOG_LEVEL)

ASSUMED_STAY_DAYS = env.int("ASSUMED_STAY_DAYS", default=2)
"""Days after an exit on which a ferryman is assumed to be back while nobody has recorded it: a night, and the bus."""
if not 0 <= ASSUMED_STAY_DAYS <= 30:
    raise ImproperlyConfigured("ASSUMED_STAY_DAYS is a number from 0 to 30: a longer stay is not allowed")

DEMO_RANDOM_SHARE = env.float("DEMO_RANDOM_SHARE", default=0.0)
"""Share (0 to 1) of demo vehicles that risk selection draws at random."""

DOCUMENTS_MOST_FILES = env.int("DOCUMENTS_MOST_FILES", default=2000)
DOCUMENTS_MOST_MB = env.int("DOCUMENTS_MOST_MB", default=1000)
"""Files, and megabytes, of papers that one declaration may hold: four for each of 500 vehicles."""
if min(DOCUMENTS_MOST_FILES, DOCUMENTS_MOST_MB) < 1:
    raise ImproperlyConfigured("DOCUMENTS_MOST_FILES and DOCUMENTS_MOST_MB are at least 1")

SILENCED_SYSTEM_CHECKS: list[str] = []
