"""A file of 10,000 rows from upload to rows that are checked and stored, in a process of its own: seconds and memory.

Started by `figures` with the id of a draft and the file; prints one line of JSON.
"""

import json
import sys
import time
from pathlib import Path

import django


def main(draft_id: int, path: Path) -> None:
    """Send the file and do what workers do with it, one step after the other."""
    django.setup()
    from django.utils import timezone

    from declarations.actions import sheets
    from declarations.models import Declaration, Sheet

    exporter = Declaration.objects.select_related("created_by").get(pk=draft_id).created_by
    data, now = path.read_bytes(), timezone.now()
    began = time.perf_counter()
    sheet = sheets.upload(declaration_id=draft_id, name=path.name, data=data, by=exporter, now=now)
    sheets.read(sheet_id=sheet.pk, now=now)
    while not Sheet.objects.get(pk=sheet.pk).is_read:
        sheets.check_rows(sheet_id=sheet.pk, now=now)
    taken = time.perf_counter() - began
    # Not getrusage: its maximum is inherited from whoever started us.
    status = Path("/proc/self/status").read_text()
    peak_mb = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    counts = sheet.rows.counts()
    print(
        json.dumps(
            {"s": round(taken, 1), "peak MB": round(peak_mb), "rows": sum(counts.values()), "bad": counts["BAD"]}
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
