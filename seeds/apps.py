"""The app of the seeds: what a new database has to know, and the world of the demo."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SeedsConfig(AppConfig):
    """Highest but one: it fills the apps below through their own actions."""

    name = "seeds"
    verbose_name = _("Seeds")
