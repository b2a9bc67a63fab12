"""Celery's doors: each calls one action; the trace id of who caused the work goes with it and no further."""

import pytest
import structlog
from django.utils import timezone

from declarations import tasks
from declarations.lifecycle import DeclarationStatus, Owed
from declarations.models import Declaration, OutboxTask
from declarations.models.history import owe, trace_id

pytestmark = pytest.mark.django_db


def test_every_kind_of_owed_work_has_somebody_who_does_it() -> None:
    assert set(tasks.WORK) >= set(Owed)


def test_the_relay_rings_for_what_is_due_with_its_trace_id(monkeypatch) -> None:
    with structlog.contextvars.bound_contextvars(trace_id="a-trace-of-alice"):
        (task,) = owe("assess", 1, at=timezone.now())
    rung = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **how: rung.append(how))
    assert tasks.relay() == 1
    assert rung == [{"kwargs": {"task_id": task.pk}, "headers": {"trace_id": "a-trace-of-alice"}}]


def test_work_runs_under_the_trace_id_of_its_cause_and_leaves_none_behind(monkeypatch) -> None:
    with structlog.contextvars.bound_contextvars(trace_id="a-trace-of-alice"):
        (task,) = owe("look", 1, at=timezone.now())
    seen = []
    monkeypatch.setitem(tasks.WORK, "look", lambda row: seen.append((row.pk, trace_id())))
    assert tasks.work(task_id=task.pk)
    assert seen == [(task.pk, "a-trace-of-alice")]
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize("kind", list(Owed))
def test_each_kind_is_harmless_for_a_declaration_that_has_ended(kind, declaration) -> None:
    row = declaration(status=DeclarationStatus.CANCELLED, now=timezone.now())
    (task,) = owe(kind, row.pk, at=timezone.now())
    assert tasks.work(task_id=task.pk)
    assert Declaration.objects.get(pk=row.pk).status == DeclarationStatus.CANCELLED
    assert OutboxTask.objects.get(pk=task.pk).done_at


def test_the_sweep_says_what_it_moved(reference) -> None:
    assert set(tasks.sweep().values()) == {0}
