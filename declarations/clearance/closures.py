"""Times in which a port lets nobody through, and that every vehicle still to come learns of them."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from declarations import permissions
from declarations.lifecycle import HOLDING_VIN, Owed
from declarations.models import Closure, Declaration, owe


@transaction.atomic
def announce(closure: Closure, *, by: User, now: datetime) -> Closure:
    """Enter a closure, or change one; the workers tell each declaration of its port.

    Raises: NotPermitted.
    """
    permissions.check_can_keep(by, closure.port_id)
    closure.save()
    awaited = Declaration.objects.filter(port=closure.port_id, status__in=HOLDING_VIN).order_by("pk")
    ids = list(awaited.values_list("pk", flat=True))
    owe(Owed.REFRESH, *ids, at=now)
    owe(Owed.TELL, *ids, at=now)
    return closure
