"""Files of papers: add, put on many vehicles at once, take back; with the paper's number and validity beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from declarations import attachments, permissions
from declarations.actions.amending import amend
from declarations.actions.drafting import check_draft, count_problems, fresh
from declarations.actions.writing import change_vehicle
from declarations.attachments import Attachment
from declarations.checks.fields import REQUIRED
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import DeclarationStatus, VehicleStatus
from declarations.models import (
    Declaration,
    Document,
    DocumentContent,
    DocumentRequest,
    Vehicle,
    fingerprint,
    load_reference,
    note,
)
from declarations.models.documents import keep_content
from declarations.papers import PAPER_CODE, PaperType, Place
from declarations.problems import Problem, explain

MOST_AT_ONCE = 20
"""Files of one sending."""

MOST_OF_ONE_PAPER = 20
"""Files of one paper at one vehicle: pages that were photographed one by one."""

DETAILS = ("number", "issued_on", "valid_until", "quantity")

CLOSED = (DeclarationStatus.CANCELLED, DeclarationStatus.EXPIRED)
OUT = (VehicleStatus.EXITED, VehicleStatus.HANDED_OVER)
GONE = (VehicleStatus.WITHDRAWN, VehicleStatus.RETURNED)

DOCUMENTS_TOO_MANY = explain(
    "DOCUMENTS_TOO_MANY", _("A declaration holds at most %(most)s files. Put pages together in one PDF.")
)
DOCUMENTS_TOO_LARGE = explain(
    "DOCUMENTS_TOO_LARGE", _("The files of a declaration have at most %(most)s MB together. Send smaller ones.")
)
DOCUMENTS_OF_PAPER = explain(
    "DOCUMENTS_OF_PAPER", _("One paper of a vehicle has at most %(most)s files. Put pages together in one PDF.")
)
DOCUMENTS_AT_ONCE = explain("DOCUMENTS_AT_ONCE", _("Send at most %(most)s files at once."))
DOCUMENT_VEHICLE = explain("DOCUMENT_VEHICLE", _("This paper belongs to a vehicle. Choose at least one."))
DOCUMENT_NOTHING = explain("DOCUMENT_NOTHING", _("Choose a file, or enter the number of the paper."))


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as it will be kept."""

    name: str
    digest: str
    attachment: Attachment
    preview: bytes | None


def take(name: str, data: bytes) -> Taken:
    """Tell what a file is and draw it anew; nothing is written.

    Raises: NotAttachable.
    """
    kept = attachments.take(data)
    named = attachments.file_name(name, kept.kind)
    # Keyed: from a plain digest somebody could find out whether it is the file he guesses.
    return Taken(named, fingerprint(data.hex()), kept, attachments.preview(kept))


def add(
    *,
    declaration_id: int,
    code: str,
    files: Sequence[tuple[str, bytes]] = (),
    vehicle_ids: Sequence[int] | None = (),
    details: Mapping[str, Any] | None = None,
    by: User,
    now: datetime,
) -> list[Document]:
    """Put files, each with its name, on the vehicles or, for a paper that a declaration has once, on the declaration.

    vehicle_ids: None means all that may still have it.
    details: number, issued_on, valid_until, quantity of the paper as the body wants them; entered at those vehicles,
    for a paper of the declaration at all of them. The same file for the same paper stays one document.

    Raises: NotPermitted; NotAttachable; Conflict when it ended or a vehicle is gone; Unacceptable.
    """
    if len(files) > MOST_AT_ONCE:
        raise Unacceptable([Problem(DOCUMENTS_AT_ONCE, "/file", values={"most": MOST_AT_ONCE})])
    # Told and drawn before anything is locked: that takes seconds.
    taken = [take(name, data) for name, data in files]
    entered = {name: value for name, value in (details or {}).items() if name in DETAILS and value not in (None, "")}
    chosen = None if vehicle_ids is None else set(vehicle_ids)
    return _add(declaration_id, code, taken, chosen, entered, by=by, now=now)


@transaction.atomic
def _add(
    declaration_id: int,
    code: str,
    taken: Sequence[Taken],
    vehicle_ids: set[int] | None,
    details: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
) -> list[Document]:
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    kind = load_reference().paper_types.get(code)
    if kind is None:
        raise Unacceptable([Problem(PAPER_CODE if code else REQUIRED, "/code", values={"code": code})])
    if not taken and not details:
        raise Unacceptable([Problem(DOCUMENT_NOTHING, "/file")])
    vehicles = _concerned(declaration, kind, vehicle_ids)
    targets: list[Vehicle | None] = [None] if kind.place is Place.DECLARATION else [*vehicles]
    result = keep(declaration, code, taken, targets, by=by, now=now)
    if details:
        _enter(declaration, code, details, vehicles, by=by, now=now)
    elif taken and declaration.is_draft:
        count_problems(declaration, check_draft(fresh(declaration), now=now))
    declaration.touch(at=now)
    return result


def keep(
    declaration: Declaration,
    code: str,
    taken: Sequence[Taken],
    targets: Sequence[Vehicle | None],
    *,
    request: DocumentRequest | None = None,
    by: User,
    now: datetime,
) -> list[Document]:
    """Write files of one paper at each target of a locked declaration, None for the declaration itself.

    Raises: Unacceptable beyond what a declaration may hold.
    """
    present = declaration.documents.present().filter(paper=code, request=request)
    known = {(row.vehicle_id, row.digest): row for row in present.with_people()}
    at_most = len({digest for _vehicle, digest in known}) if len(targets) == 1 else 0
    result, new = [], []
    for file in {each.digest: each for each in taken}.values():
        keys = [(row, (row.pk if row else None, file.digest)) for row in targets]
        missing = [row for row, key in keys if key not in known]
        result += [known[key] for _row, key in keys if key in known]
        if missing:
            _expect_room(declaration, file)
            new += _rows(declaration, code, file, missing, request=request, by=by, now=now)
            at_most += 1
    if new and at_most > MOST_OF_ONE_PAPER:
        raise Unacceptable([Problem(DOCUMENTS_OF_PAPER, "/file", values={"most": MOST_OF_ONE_PAPER})])
    Document.objects.bulk_create(new)
    if new:
        one = targets[0].pk if len(targets) == 1 and targets[0] else None
        note(
            declaration_id=declaration.pk,
            vehicle_id=one,
            by=by,
            at=now,
            reason="DOCUMENTS_ADDED",
            data={"paper": code, "files": len(new), "vehicles": len(targets)},
        )
    return [*result, *new]


@transaction.atomic
def remove(*, document_id: int, by: User, now: datetime) -> None:
    """Take a file back: gone if customs never saw it, else it stays with the officers, marked. Asked twice it is one.

    Raises: NotPermitted; Conflict when it answered a request, or the declaration has ended.
    """
    named = Document.objects.values_list("declaration", flat=True).get(pk=document_id)
    declaration = Declaration.objects.locked().get(pk=named)
    permissions.check_can_change(by, declaration)
    row = Document.objects.select_related("request").select_for_update(of=("self",)).get(pk=document_id)
    if row.removed_at is not None:
        return
    if row.request is not None and row.request.answered_at is not None:
        raise Conflict(
            "DOCUMENT_KEPT", _("This file answered a question of customs; it stays. Add the right one to it.")
        )
    if declaration.status in (*CLOSED, DeclarationStatus.COMPLETED, DeclarationStatus.REFUSED):
        raise Conflict("ALREADY_ENDED", _("This declaration has ended already."))
    data = {"paper": row.paper_id}
    note(declaration_id=named, vehicle_id=row.vehicle_id, by=by, at=now, reason="DOCUMENT_REMOVED", data=data)
    if row.is_evidence:
        row.removed_at, row.removed_by = now, by
        row.save(update_fields=["removed_at", "removed_by"])
    else:
        Document.objects.filter(pk=row.pk).discard()
    if declaration.is_draft:
        count_problems(declaration, check_draft(fresh(declaration), now=now))
    declaration.touch(at=now)


def _concerned(declaration: Declaration, kind: PaperType, vehicle_ids: set[int] | None) -> list[Vehicle]:
    """The locked vehicles at which a paper is put or entered.

    Raises: Conflict when the declaration ended or one of them is gone; Unacceptable when none is named.
    """
    ended = (*CLOSED, DeclarationStatus.COMPLETED) if kind.place is not Place.TASK else CLOSED
    if declaration.status in ended:
        raise Conflict("ALREADY_ENDED", _("This declaration has ended already."))
    rows = Vehicle.objects.locked().filter(declaration=declaration).order_by("position", "pk")
    if kind.place is Place.DECLARATION:
        return [row for row in rows if row.status not in (*GONE, *OUT)]
    gone = GONE if kind.place is Place.TASK else (*GONE, *OUT)
    found = list(rows.exclude(status__in=gone) if vehicle_ids is None else rows.filter(pk__in=vehicle_ids))
    if not found or len(found) < len(vehicle_ids or ()):
        raise Unacceptable([Problem(DOCUMENT_VEHICLE, "/vehicles")])
    if any(row.status in gone for row in found):
        raise Conflict(
            "VEHICLE_GONE", _("A vehicle concerned was withdrawn or has left the country; nothing is added to it.")
        )
    return found


def _rows(
    declaration: Declaration,
    code: str,
    file: Taken,
    targets: Sequence[Vehicle | None],
    *,
    request: DocumentRequest | None,
    by: User,
    now: datetime,
) -> list[Document]:
    content = keep_content(
        organisation_id=declaration.organisation_id,
        digest=file.digest,
        kind=file.attachment.kind,
        data=file.attachment.content,
        preview=file.preview,
    )
    return [
        Document(
            declaration=declaration,
            vehicle=vehicle,
            paper_id=code,
            request=request,
            name=file.name,
            kind=file.attachment.kind.value,
            size=len(file.attachment.content),
            digest=file.digest,
            content=content,
            uploaded_at=now,
            uploaded_by=by,
            lodged_at=None if declaration.status == DeclarationStatus.DRAFT else now,
        )
        for vehicle in targets
    ]


def _expect_room(declaration: Declaration, file: Taken) -> None:
    """Raises: Unacceptable when one more file is more than a declaration may hold."""
    named = Document.objects.filter(declaration=declaration).values("content")
    held = DocumentContent.objects.filter(pk__in=named).exclude(digest=file.digest)
    sums = held.aggregate(count=Count("pk"), size=Sum("size", default=0))
    if sums["count"] >= settings.DOCUMENTS_MOST_FILES:
        values = {"most": settings.DOCUMENTS_MOST_FILES}
        raise Unacceptable([Problem(DOCUMENTS_TOO_MANY, "/file", values=values)])
    if sums["size"] + len(file.attachment.content) > settings.DOCUMENTS_MOST_MB * 1024 * 1024:
        values = {"most": settings.DOCUMENTS_MOST_MB}
        raise Unacceptable([Problem(DOCUMENTS_TOO_LARGE, "/file", values=values)])


def _enter(
    declaration: Declaration,
    code: str,
    details: Mapping[str, Any],
    vehicles: Sequence[Vehicle],
    *,
    by: User,
    now: datetime,
) -> None:
    """Enter number, dates and quantity at these locked vehicles; of an older paper of this kind the rest stays.

    Raises: Conflict; Unacceptable as an amendment would, nothing changed.
    """
    rows = Vehicle.objects.filter(pk__in=[row.pk for row in vehicles]).prefetch_related("papers", "driver")
    changed = [(row, _with_details(row.body()["papers"], code, details)) for row in rows.order_by("position", "pk")]
    if declaration.is_draft:
        for row, papers in changed:
            change_vehicle(row, {"papers": papers}, now=now)
        count_problems(declaration, check_draft(fresh(declaration), now=now))
    else:
        body = {"vehicles": [{"vin": row.vin, "papers": papers} for row, papers in changed]}
        amend(declaration_id=declaration.pk, body=body, by=by, now=now)


def _with_details(
    papers: Sequence[Mapping[str, Any]], code: str, details: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The papers of a vehicle with one of them changed, or added behind."""
    at = next((index for index, paper in enumerate(papers) if paper.get("code") == code), None)
    if at is None:
        return [*papers, {"code": code, **details}]
    return [{**paper, **details} if index == at else paper for index, paper in enumerate(papers)]
