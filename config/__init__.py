"""The frame: settings, addresses, schedules, logs. It may import everyone; nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
