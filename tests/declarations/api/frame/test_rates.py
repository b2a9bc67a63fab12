"""Rates: fifty a second with bursts of 500 are always let through; Redis may be down."""

import socket
import uuid
from threading import Thread

import pytest

from declarations.api.frame import rates
from declarations.rates import BURST, RATE_PER_S, Buckets


def test_the_contracts_rate_is_kept():
    assert RATE_PER_S >= 50
    assert BURST >= 500


FIVE = {"rate_per_s": 1, "burst": 5}


def test_redis_keeps_one_bucket_for_all_processes(servers):
    one, other = Buckets(), Buckets()
    name = f"test-shared-{uuid.uuid4()}"
    waits = [each.take(name, **FIVE) for each in (one, other, one, other, one)]
    assert waits == [0] * 5
    assert max(each.take(name, **FIVE) for each in (one, other, one)) > 0
    assert one.take(f"test-another-{uuid.uuid4()}", **FIVE) == 0
    assert one._shunned_until == other._shunned_until == 0


def test_without_redis_this_process_counts_alone(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    buckets = Buckets()
    taken = [buckets.take("k", **FIVE) for _ in range(7)]
    assert taken[:5] == [0] * 5
    assert max(taken[5:]) > 0


def test_a_frozen_redis_costs_one_short_wait(settings):
    listener = socket.create_server(("127.0.0.1", 0))
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
    buckets = Buckets()
    worker = Thread(target=lambda: [buckets.take("k", **FIVE) for _ in range(3)])
    worker.start()
    worker.join(1)
    listener.close()
    assert not worker.is_alive()
    assert buckets._shunned_until > 0


@pytest.mark.django_db
def test_past_the_burst_it_is_429_with_retry_after(call, alice, settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(rates, "buckets", Buckets())
    monkeypatch.setattr(rates, "BURST", 3)
    monkeypatch.setattr(rates, "RATE_PER_S", 0.001)
    me = call(alice)
    assert [me.get("/declarations").status for _ in range(4)] == [200, 200, 200, 429]
    reply = me.get("/declarations")
    assert reply.code == "TOO_MANY_REQUESTS"
    assert int(reply.headers["Retry-After"]) > 0
    assert call(alice).get("/declarations").status == 200, "another key has a bucket of its own"
    lane = call("CNHRS-R1")
    assert {lane.post("/scans", {}).status for _ in range(6)} == {400}, "a device is never told to wait"
