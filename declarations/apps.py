"""The app of declarations: what an exporter says, and what customs answers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeclarationsConfig(AppConfig):
    """Lower of the two apps: it does not know the checkpoint."""

    name = "declarations"
    verbose_name = _("Declarations")
    default_auto_field = "django.db.models.BigAutoField"
