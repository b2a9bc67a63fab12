"""The app of the checkpoint: what happens at the gate."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckpointConfig(AppConfig):
    """Upper of the two apps: it knows the declarations."""

    name = "checkpoint"
    verbose_name = _("Checkpoint")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Enter this app's outbox work, for whoever runs the outbox: worker, demo or test."""
        from checkpoint import tasks  # noqa: F401
