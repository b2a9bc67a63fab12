"""Things that happen at the same moment: real threads, each with a connection of its own that is closed at the end."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import translation

Ask = Callable[[], Any]
START_PATIENCE_S = 30


def at_once(*asks: Ask, without: Sequence[str] = ()) -> list[Any]:
    """Start all together; give back each one's result, or the exception that it raised, in the order given.

    without: parts to cut out of every statement: what a lock or a condition protects shows when it is gone.
    """
    barrier = threading.Barrier(len(asks))
    language = translation.get_language()

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        for part in without:
            sql = sql.replace(part, "")
        return execute(sql, params, many, context)

    def run(ask: Ask) -> Any:
        try:
            connection.ensure_connection()
            translation.activate(language or "en")
            barrier.wait(START_PATIENCE_S)
            with connection.execute_wrapper(cut):
                return ask()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


@contextmanager
def copied_database(suffix: str) -> Iterator[str]:
    """A copy of the test database, by its name; gone in the end.

    A server of a browser test may have left a session behind in its thread; a database with sessions cannot be copied.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.creation.clone_test_db(suffix, verbosity=0)
    name = str(connection.creation.get_test_db_clone_settings(suffix)["NAME"])
    try:
        yield name
    finally:
        with connection.cursor() as cursor:  # what was killed inside may have left a session behind
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        connection.creation.destroy_test_db(suffix=suffix, verbosity=0)


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Every thread's connections that are opened inside go to this database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name  # one dict for all threads
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@contextmanager
def private_database(suffix: str) -> Iterator[None]:
    """Everything inside happens in a copy of the test database; whatever is broken there goes away with it."""
    with copied_database(suffix) as name, connected_to(name):
        yield
