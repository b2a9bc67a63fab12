"""The rate of the API: one bucket per key."""

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from declarations.rates import BURST, RATE_PER_S, buckets


class KeyRate(BaseThrottle):
    """One bucket per API key."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this key has a token left."""
        if request.auth is None:
            return True
        self.seconds = buckets.take(f"key:{request.auth.pk}", rate_per_s=RATE_PER_S, burst=BURST)
        return self.seconds == 0

    def wait(self) -> float:
        """Seconds for Retry-After."""
        return self.seconds
