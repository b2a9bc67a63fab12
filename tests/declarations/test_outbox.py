"""The outbox: nothing is lost, nothing is done twice, and what cannot be done is given up where a person can see it."""

from datetime import timedelta

import pytest

from declarations import outbox
from declarations.models import OutboxTask
from declarations.models.history import owe
from tests.cast import NOON

pytestmark = pytest.mark.django_db

LATER = NOON + outbox.LEASE


def refuse(task: OutboxTask) -> None:
    """Work that writes something and then fails."""
    owe("by-product", task.pk, at=NOON)
    raise RuntimeError("cannot be done")


def test_what_is_due_is_handed_out_once_per_lease() -> None:
    (task,) = owe("assess", 1, at=NOON)
    owe("assess", 2, at=NOON + timedelta(hours=1))
    sent: list[OutboxTask] = []
    assert outbox.relay(send=sent.append, now=NOON) == 1
    assert outbox.relay(send=sent.append, now=LATER - timedelta(seconds=1)) == 0
    assert outbox.relay(send=sent.append, now=LATER) == 1
    assert sent == [task, task]


def test_more_than_one_batch_is_handed_out_in_one_call(monkeypatch) -> None:
    monkeypatch.setattr(outbox, "BATCH", 2)
    for subject in range(5):
        owe("assess", subject, at=NOON)
    sent: list[OutboxTask] = []
    assert outbox.relay(send=sent.append, now=NOON) == 5
    assert sorted(task.subject for task in sent) == list(range(5))


def test_a_broker_that_fails_costs_a_lease_and_nothing_more() -> None:
    owe("assess", 1, at=NOON)

    def fail(task: OutboxTask) -> None:
        raise ConnectionError("no broker")

    with pytest.raises(ConnectionError):
        outbox.relay(send=fail, now=NOON)
    sent: list[OutboxTask] = []
    assert outbox.relay(send=sent.append, now=LATER) == 1


def test_a_message_that_comes_twice_is_worked_on_once() -> None:
    (task,) = owe("assess", 1, at=NOON)
    done: list[OutboxTask] = []
    assert outbox.run(task_id=task.pk, work=done.append, now=NOON)
    assert not outbox.run(task_id=task.pk, work=done.append, now=NOON)
    task.refresh_from_db()
    assert (len(done), task.done_at, task.attempts, task.error) == (1, NOON, 1, "")


def test_work_that_was_done_between_count_and_lock_is_left_alone(monkeypatch) -> None:
    (task,) = owe("assess", 1, at=NOON)
    outbox.run(task_id=task.pk, work=lambda row: None, now=NOON)
    monkeypatch.setattr(outbox, "_count_attempt", lambda task_id, now: True)
    assert not outbox.run(task_id=task.pk, work=refuse, now=NOON)


def test_failed_work_leaves_its_error_and_nothing_else() -> None:
    (task,) = owe("assess", 1, at=NOON)
    with pytest.raises(RuntimeError):
        outbox.run(task_id=task.pk, work=refuse, now=NOON)
    task.refresh_from_db()
    assert (task.done_at, task.failed_at, task.attempts) == (None, None, 1)
    assert "cannot be done" in task.error
    assert not OutboxTask.objects.filter(kind="by-product").exists()


def test_poison_is_given_up_after_five_tries_and_tried_again_when_set_free() -> None:
    (task,) = owe("assess", 1, at=NOON)
    for _ in range(outbox.MAX_ATTEMPTS):
        with pytest.raises(RuntimeError):
            outbox.run(task_id=task.pk, work=refuse, now=NOON)
    assert not outbox.run(task_id=task.pk, work=refuse, now=LATER)
    task.refresh_from_db()
    assert (task.failed_at, task.attempts) == (LATER, outbox.MAX_ATTEMPTS)
    assert "cannot be done" in task.error
    assert outbox.relay(send=refuse, now=LATER + timedelta(days=1)) == 0
    outbox.set_free(task_id=task.pk, now=LATER)
    assert outbox.run(task_id=task.pk, work=lambda row: None, now=LATER)


def test_work_that_takes_its_worker_with_it_is_given_up_with_a_word_too() -> None:
    (task,) = owe("assess", 1, at=NOON)
    OutboxTask.objects.update(attempts=outbox.MAX_ATTEMPTS)
    assert not outbox.run(task_id=task.pk, work=refuse, now=NOON)
    task.refresh_from_db()
    assert (task.failed_at, task.error) == (NOON, outbox.NO_WORD)
