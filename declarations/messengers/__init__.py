"""Ways out of the house. A messenger speaks to the world and never writes; only tasks call it.

Which ways are on, settings say: MESSENGERS maps a way to the messenger's class. Another way (an SMS gateway, a chat
platform) is a class with `send` and one entry there.
"""

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from declarations.notices import Letter


class Messenger(Protocol):
    """Takes one letter to its address."""

    def send(self, letter: Letter, *, now: datetime) -> bool:
        """Hand it over; its id is the same at each try. False: nobody listens at that address any more.

        Raises: whatever went wrong; the outbox tries again, and gives up where a person can see it.
        """


def messenger(way: str) -> Messenger:
    """The messenger of a way that is on.

    Raises: KeyError for a way that was turned off meanwhile.
    """
    found: Messenger = import_string(settings.MESSENGERS[way])()
    return found
