"""Files of papers: a photograph or a PDF, of a declaration or one of its vehicles. Once customs could see it, it stays.

The content is a row of its own, encrypted, so that no list ever loads it; one file put on 500 vehicles is kept once.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from declarations.attachments import Kind
from declarations.lifecycle import DeclarationStatus
from declarations.models.clearance import DocumentRequest
from declarations.models.declaration import Declaration
from declarations.models.parties import Organisation
from declarations.models.sealed import SealedFileField
from declarations.models.triggers import NEVER, UNLESS_TESTS_EMPTY_TABLES, Law, refuse
from declarations.models.vehicle import Vehicle

USER = settings.AUTH_USER_MODEL
KINDS = [(kind.value, kind.name) for kind in Kind]

KEPT_YEARS = 3
"""So long after its declaration ended a file is kept (Customs Law of the PRC: papers are kept three years)."""

KEPT = timedelta(days=365 * KEPT_YEARS + 1)

ENDED = (
    DeclarationStatus.COMPLETED,
    DeclarationStatus.CANCELLED,
    DeclarationStatus.EXPIRED,
    DeclarationStatus.REFUSED,
)


class DocumentContent(models.Model):
    """What a file says, and a small picture of it. Written once."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="document_contents", verbose_name=_("organisation")
    )
    digest = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    size = models.PositiveIntegerField(_("size, bytes"))
    data = SealedFileField(editable=False)
    preview = SealedFileField(null=True, editable=False)

    class Meta:
        verbose_name = _("content of a document")
        verbose_name_plural = _("contents of documents")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="document_content_once")]
        triggers = [
            Law(
                name="document_content_never_changes",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=NEVER,
            ),
        ]

    def __str__(self) -> str:
        """The row's number; what it says is sealed."""
        return f"{self._meta.verbose_name} {self.pk}"


class DocumentQuerySet(models.QuerySet["Document"]):
    """Slices of documents; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Documents of the declarations that this user may see."""
        return self.filter(declaration__in=Declaration.objects.visible_to(user).order_by())

    def present(self) -> Self:
        """Those that were not taken back."""
        return self.filter(removed_at=None)

    def with_people(self) -> Self:
        """With everything that a list shows of them, in one query and without their content."""
        return self.select_related("paper", "vehicle", "uploaded_by", "removed_by")

    def discard(self) -> int:
        """Delete documents that customs never saw, and contents that nobody needs any more."""
        contents = set(self.exclude(content=None).values_list("content", flat=True))
        count, _by_model = self.delete()
        forget_unused(contents)
        return count

    def lodge(self, *, at: datetime) -> int:
        """From now on customs sees them: they are evidence."""
        return self.filter(lodged_at=None).update(lodged_at=at)

    def erase(self, *, at: datetime) -> int:
        """Forget the content of those whose declaration ended so long ago that nobody has to keep it."""
        old = self.filter(
            content__isnull=False,
            uploaded_at__lt=at - KEPT,
            declaration__status__in=ENDED,
            declaration__status_at__lt=at - KEPT,
        )
        contents = set(old.values_list("content", flat=True))
        if not contents:
            return 0
        count = self.filter(pk__in=list(old.values_list("pk", flat=True))).update(content=None, erased_at=at)
        forget_unused(contents)
        return count


class Document(models.Model):
    """One file of one paper. name: as the person called it, made harmless, only ever shown."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="documents", verbose_name=_("declaration")
    )
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, related_name="documents", verbose_name=_("vehicle"))
    paper = models.ForeignKey("declarations.PaperType", models.PROTECT, verbose_name=_("paper"), db_index=False)
    request = models.ForeignKey(
        DocumentRequest, models.PROTECT, null=True, related_name="documents", verbose_name=_("answers")
    )
    # what it is
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    size = models.PositiveIntegerField(_("size, bytes"))
    digest = models.CharField(max_length=64, editable=False)
    content = models.ForeignKey(DocumentContent, models.PROTECT, null=True, related_name="documents", editable=False)
    # what became of it
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    lodged_at = models.DateTimeField(_("with customs since"), null=True)
    removed_at = models.DateTimeField(_("taken back at"), null=True)
    removed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("taken back by"))
    erased_at = models.DateTimeField(_("erased at"), null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["uploaded_at"], name="document_to_erase", condition=Q(content__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "vehicle", "paper", "request", "digest"],
                condition=Q(removed_at=None),
                name="document_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="document_removed_pair",
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="document_erased_has_no_content",
                condition=Q(content=None, erased_at__isnull=False) | Q(content__isnull=False, erased_at=None),
            ),
            models.CheckConstraint(name="document_kind_known", condition=Q(kind__in=[kind.value for kind in Kind])),
        ]
        triggers = [
            Law(
                name="document_evidence_stays",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.lodged_at IS NOT NULL"),
                func=NEVER,
            ),
            Law(
                name="document_says_the_same",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=refuse(
                    "(NEW.public_id, NEW.vehicle_id, NEW.paper_id, NEW.request_id, NEW.name, NEW.kind, NEW.size, "
                    "NEW.digest, NEW.uploaded_at, NEW.uploaded_by_id) IS DISTINCT FROM "
                    "(OLD.public_id, OLD.vehicle_id, OLD.paper_id, OLD.request_id, OLD.name, OLD.kind, OLD.size, "
                    "OLD.digest, OLD.uploaded_at, OLD.uploaded_by_id) "
                    "OR (OLD.lodged_at IS NOT NULL AND NEW.lodged_at IS DISTINCT FROM OLD.lodged_at) "
                    "OR (OLD.removed_at IS NOT NULL AND (NEW.removed_at, NEW.removed_by_id) "
                    "IS DISTINCT FROM (OLD.removed_at, OLD.removed_by_id)) "
                    "OR (NEW.content_id IS DISTINCT FROM OLD.content_id AND (NEW.content_id IS NOT NULL "
                    f"OR NEW.erased_at < OLD.uploaded_at + interval '{KEPT_YEARS} years'))",
                    "a document is evidence: it says for ever what it said",
                ),
            ),
            Law(
                name="document_no_truncate",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func=UNLESS_TESTS_EMPTY_TABLES + NEVER,
            ),
        ]

    def __str__(self) -> str:
        """The row's number; a name may be a personal fact."""
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_photo(self) -> bool:
        """Whether it may be shown as a picture."""
        return self.kind == Kind.PHOTO

    @property
    def is_evidence(self) -> bool:
        """Whether customs could see it."""
        return self.lodged_at is not None


def forget_unused(contents: Iterable[int]) -> None:
    """Delete those contents that no document names; locked first, so that nobody begins to name one meanwhile."""
    rows = DocumentContent.objects.filter(pk__in=sorted(contents))
    locked = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    named = Exists(Document.objects.filter(content=OuterRef("pk")))
    DocumentContent.objects.filter(~named, pk__in=locked).delete()


def keep_content(
    *, organisation_id: int, digest: str, kind: Kind, data: bytes, preview: bytes | None
) -> DocumentContent:
    """The row of a content, written unless the organisation has it already; locked, so that it is not forgotten."""
    rows = DocumentContent.objects.select_for_update().defer("data", "preview")
    row, _is_new = rows.get_or_create(
        organisation_id=organisation_id,
        digest=digest,
        defaults={"kind": kind.value, "size": len(data), "data": data, "preview": preview},
    )
    return row


def carry(documents: Iterable[Document], *, to: Declaration, vehicles: dict[int, Vehicle] | None = None) -> None:
    """Put the same files on another declaration, as if they had been uploaded there.

    vehicles: from the old vehicle's id to the new one; a document of a vehicle that is not among them stays behind.
    """
    found = vehicles or {}
    Document.objects.bulk_create(
        Document(
            declaration=to,
            vehicle=found.get(row.vehicle_id) if row.vehicle_id else None,
            paper_id=row.paper_id,
            name=row.name,
            kind=row.kind,
            size=row.size,
            digest=row.digest,
            content_id=row.content_id,
            uploaded_at=row.uploaded_at,
            uploaded_by_id=row.uploaded_by_id,
        )
        for row in documents
        if row.content_id is not None and (row.vehicle_id is None or row.vehicle_id in found)
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request not answered yet, with what was uploaded for it, or of its paper since it was asked."""

    request: DocumentRequest
    files: list[Document]


def waiting_requests(declaration: Declaration) -> list[Waiting]:
    """Everything that customs waits for, what is due first, in two queries."""
    asked = declaration.requests.filter(answered_at=None).select_related("paper", "vehicle", "asked_by")
    rows = list(asked.order_by("due_at", "pk"))
    present = list(declaration.documents.present().with_people().filter(paper__in={row.paper_id for row in rows}))
    return [Waiting(row, [each for each in present if answers(each, row)]) for row in rows]


def answers(document: Document, request: DocumentRequest) -> bool:
    """Whether a document is something for a request: sent for it, or of the same paper and vehicle since."""
    if document.request_id is not None:
        return document.request_id == request.pk
    same = (document.paper_id, document.vehicle_id) == (request.paper_id, request.vehicle_id)
    return same and document.uploaded_at >= request.asked_at
