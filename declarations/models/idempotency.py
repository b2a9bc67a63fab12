"""Idempotency keys: a question asked twice is done once. The row stands and falls with its action's transaction."""

import json
from datetime import datetime
from typing import Any, Self

from django.db import OperationalError, connection, models, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import errors

from declarations.models.sealed import seal, unseal

WAIT_MS = 100
"""How long a repetition waits for the first to end before it is told to come again."""


class StillRunning(Exception):
    """The first request with this key has not ended."""

    code = "STILL_RUNNING"


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Taking keys."""

    def claim(self, *, actor: str, key: str, body_digest: str, at: datetime) -> bool:
        """Insert the key's row, to be called first in a transaction; False if it is there already.

        Raises: StillRunning while another transaction holds it.
        """
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_MS}ms"])
                cursor.execute(
                    """
                    INSERT INTO declarations_idempotencykey (actor, key, body_digest, created_at)
                    VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
                    """,
                    [actor, key, body_digest, at],
                )
                is_new = cursor.fetchone() is not None
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
                return is_new
        except OperationalError as error:
            if isinstance(error.__cause__, errors.LockNotAvailable):
                raise StillRunning from error
            raise

    def of(self, *, actor: str, key: str) -> Self:
        """The row of one actor's key."""
        return self.filter(actor=actor, key=key)


class IdempotencyKey(models.Model):
    """The answer that was given to a POST, so that its repetition gets the same."""

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        """Actor and key."""
        return f"{self.actor} {self.key}"

    def remember(self, status_code: int, answer: str) -> None:
        """Keep the answer, a JSON text; sealed, since it repeats the driver's personal facts."""
        self.status_code, self.answer = status_code, seal(answer)
        self.save(update_fields=["status_code", "answer"])

    def recall(self) -> Any:
        """The kept answer, parsed."""
        return json.loads(unseal(str(self.answer)))
