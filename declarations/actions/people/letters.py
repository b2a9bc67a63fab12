"""Mails about one's own account, promised by `write_letter`: a worker sends them."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from declarations.models import Letter

Send = Callable[..., object]


def post(*, letter_id: int, send: Send, now: datetime) -> bool:
    """A worker's part: send it, then forget to whom and what; nothing if that is done.

    send: takes kind, mail, language, values and number; a repeat carries the same number.
    """
    letter = Letter.objects.select_for_update().filter(pk=letter_id, sent_at=None).first()
    if letter is None:
        return False
    values: Mapping[str, Any] = json.loads(letter.content)
    send(kind=letter.kind, mail=letter.mail, language=letter.language, values=values, number=letter.pk)
    letter.sent_at, letter.mail, letter.content = now, "", ""
    letter.save(update_fields=["sent_at", "mail", "content"])
    return True
