"""The Celery app and every schedule, on one page.

Doors never ring a worker: they write an outbox row, and the relay below rings for it.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("silkgate")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # `expires`: after an outage one waiting ring is enough, a thousand would only be in the way.
    "relay": {"task": "declarations.tasks.relay", "schedule": 1.0, "options": {"expires": 2}},
    "sweep": {"task": "declarations.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
    "barriers": {"task": "checkpoint.tasks.watch_barriers", "schedule": 10.0, "options": {"expires": 10}},
    "devices": {"task": "checkpoint.tasks.watch_devices", "schedule": 60.0, "options": {"expires": 60}},
}
