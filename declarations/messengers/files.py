"""Letters as lines of a file: what a demo shows instead of a gateway for text messages."""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

from declarations.notices import Letter


class Files:
    """Appends each letter as one line of JSON to MESSAGES_FILE; for demonstrations, never for a production."""

    def send(self, letter: Letter, *, now: datetime) -> bool:
        """Write it down.

        Raises: OSError.
        """
        path = Path(settings.MESSAGES_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        line = {"id": letter.id, "at": now.isoformat(), "to": letter.address, "text": letter.text}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return True
