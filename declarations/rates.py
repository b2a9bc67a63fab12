"""Rates: a bucket of tokens per name, in Redis for all processes, in this process while Redis does not answer.

What the doors share: the API counts by key, the sign-in by name and address, links without an account by address.
"""

import time
from threading import Lock
from typing import Any

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry

RATE_PER_S = 60
BURST = 600
"""The contract promises each key 50 requests a second with bursts of 500; this leaves room for clocks."""

SHUNNED_S = 5.0
"""How long Redis is not asked after it failed, so that an absent one costs nothing."""

_TIMEOUT_S = 0.05
_MOST_BUCKETS = 10_000

TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + (now - (tonumber(kept[2]) or now)) * rate)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000))
return tostring(wait)
"""

log = structlog.get_logger(__name__)


class Buckets:
    """Takes a token for a name, or says how many seconds are to be waited."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._local: dict[str, tuple[float, float]] = {}
        self._client: tuple[str, Any] | None = None
        self._shunned_until = 0.0

    def take(self, name: str, *, rate_per_s: float = RATE_PER_S, burst: float = BURST) -> float:
        """0 if there was a token, else the seconds until the next. Never an error, whatever Redis does."""
        if time.monotonic() >= self._shunned_until:
            try:
                return float(self._script()(keys=[f"silkgate:rate:{name}"], args=[rate_per_s, burst]))
            except (redis.RedisError, OSError) as error:
                self._shunned_until = time.monotonic() + SHUNNED_S
                log.warning("rates_without_redis", error=type(error).__name__)
        return self._take_here(name, rate_per_s, burst)

    def _script(self) -> Any:
        url = settings.CELERY_BROKER_URL
        if self._client is None or self._client[0] != url:
            # Without its own retries: they would sleep for seconds before they admit that Redis is away.
            once = Retry(NoBackoff(), 0)
            client = redis.Redis.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, retry=once)
            self._client = url, client.register_script(TAKE)
        return self._client[1]

    def _take_here(self, name: str, rate_per_s: float, burst: float) -> float:
        now = time.monotonic()
        with self._lock:
            if len(self._local) > _MOST_BUCKETS:
                self._local.clear()
            tokens, at = self._local.get(name, (burst, now))
            tokens = min(burst, tokens + (now - at) * rate_per_s)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / rate_per_s
            self._local[name] = (tokens if wait else tokens - 1, now)
        return wait


buckets = Buckets()


def address_of(request: HttpRequest) -> str:
    """Who asks; behind a trusted proxy the last one that it names: what stands before that anybody can write."""
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    is_behind_proxy = bool(getattr(settings, "SECURE_PROXY_SSL_HEADER", None))
    if not is_behind_proxy:
        return nearest
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()[:64] or nearest
