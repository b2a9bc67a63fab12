"""Refusals: an action that says no has written nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from declarations.errors import DomainError, Unacceptable
from declarations.lifecycle import MoveNotAllowed


def fingerprint() -> list[tuple[Any, ...]]:
    """A number for every table of ours that differs when any of its rows does."""
    tables = [
        model._meta.db_table
        for app in ("declarations", "checkpoint")
        for model in apps.get_app_config(app).get_models()
    ]
    statement = " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {table} t" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return sorted(cursor.fetchall())


@contextmanager
def nothing_written() -> Iterator[None]:
    """What happens inside leaves every row as it was."""
    before = fingerprint()
    yield
    assert fingerprint() == before


@contextmanager
def refusal(code: str) -> Iterator[None]:
    """The action inside refuses with this code and writes nothing."""
    with nothing_written(), pytest.raises((DomainError, MoveNotAllowed)) as caught:
        yield
    assert caught.value.code == code, caught.value.code


@contextmanager
def unacceptable(*problems: tuple[str, str]) -> Iterator[None]:
    """The action inside refuses what was sent, names at least these problems by code and place, and writes nothing."""
    with nothing_written(), pytest.raises(Unacceptable) as caught:
        yield
    told = {(problem.code, problem.pointer) for problem in caught.value.problems}
    assert set(problems) <= told, told
