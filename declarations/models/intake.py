"""Bulk intake: a spreadsheet that fills a draft, its rows, and the models that an organisation has entered once."""

import json
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from declarations import vin
from declarations.lifecycle import Owed
from declarations.models.declaration import Declaration
from declarations.models.history import OutboxTask
from declarations.models.parties import Organisation, roles_of
from declarations.models.sealed import SealedFileField, SealedTextField

USER = settings.AUTH_USER_MODEL


class CatalogueModelQuerySet(models.QuerySet["CatalogueModel"]):
    """Slices of catalogues; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Models of the organisations for which this user declares."""
        return self.filter(organisation__in=roles_of(user).organisations)


class CatalogueModel(models.Model):
    """A model of vehicle that an organisation has entered once, so that a row needs no more than VIN and model."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="catalogue", verbose_name=_("organisation")
    )
    name = models.CharField(_("name in the spreadsheet"), max_length=80)
    key = models.CharField(max_length=80, editable=False)
    body = models.JSONField(_("what its vehicles have in common"), default=dict)
    updated_at = models.DateTimeField(_("changed at"))
    updated_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("changed by"))

    objects = CatalogueModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("model of the catalogue")
        verbose_name_plural = _("models of the catalogue")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="catalogue_model_once")]

    def __str__(self) -> str:
        """The name."""
        return self.name


class SheetQuerySet(models.QuerySet["Sheet"]):
    """Slices of sheets; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Sheets of the organisations for which this user declares; officers see what is lodged, not what is tried."""
        return self.filter(declaration__organisation__in=roles_of(user).organisations)

    def unfinished(self) -> Self:
        """Sheets of which neither the rows were handed over nor the whole called off."""
        return self.filter(cancelled_at=None, taken_at=None, refusal="")


class Sheet(models.Model):
    """A spreadsheet somebody uploaded or pasted to fill a draft. Its moments say how far a worker has come."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="sheets", verbose_name=_("declaration"))
    name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    # what a worker found in it
    refusal = models.CharField(_("why it cannot be read"), max_length=40, blank=True)
    total = models.PositiveIntegerField(_("rows"), null=True)
    checked = models.PositiveIntegerField(_("rows checked"), default=0)
    columns = models.JSONField(default=dict, editable=False)
    notes = models.JSONField(default=list, editable=False)
    # what became of it
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    taken_at = models.DateTimeField(_("handed over at"), null=True)
    taken_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("handed over by"))
    lodges = models.BooleanField(_("lodge at once"), default=False)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("spreadsheet")
        verbose_name_plural = _("spreadsheets")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="sheet_checked_at_most_total", condition=Q(checked__lte=models.F("total"))),
            models.CheckConstraint(
                name="sheet_taken_pair",
                condition=Q(taken_at=None, taken_by=None) | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """The file's name."""
        return self.name

    @property
    def content(self) -> bytes:
        """The file as it was sent."""
        return bytes(self.file.data)

    @property
    def is_read(self) -> bool:
        """Whether every row was looked at."""
        return self.total is not None and self.checked == self.total

    @property
    def is_at_work(self) -> bool:
        """Whether a worker still reads it, or moves its rows into declarations."""
        if self.refusal or self.cancelled_at:
            return False
        return not self.is_read or (self.taken_at is not None and self.rows.to_take().exists())

    def given_up(self) -> models.QuerySet[OutboxTask]:
        """Its work that was tried again and again in vain, and goes on no more by itself."""
        return OutboxTask.objects.given_up(SHEET_WORK, self.pk)

    @property
    def may_change(self) -> bool:
        """Whether its rows can still be repaired, left out or handed over."""
        return self.is_read and not self.cancelled_at and self.taken_at is None


SHEET_WORK = (Owed.READ_SHEET, Owed.CHECK_SHEET, Owed.TAKE_SHEET)


class SheetFile(models.Model):
    """The file word for word, encrypted: it names drivers. In a row of its own, so that lists do not read it."""

    sheet = models.OneToOneField(Sheet, models.CASCADE, related_name="file")
    data = SealedFileField()

    class Meta:
        verbose_name = _("file of a spreadsheet")
        verbose_name_plural = _("files of spreadsheets")
        ordering = ["id"]

    def __str__(self) -> str:
        """The sheet."""
        return str(self.sheet_id)


class RowLevel(models.TextChoices):
    """What the check says of a row."""

    GOOD = "GOOD", _("in order")
    WARNING = "WARNING", _("please check")
    BAD = "BAD", _("needs repair")
    DUPLICATE = "DUPLICATE", _("twice in this file")
    LEFT_OUT = "LEFT_OUT", _("left out")


TAKEN_LEVELS = (RowLevel.GOOD, RowLevel.WARNING)


class SheetRowQuerySet(models.QuerySet["SheetRow"]):
    """Slices of rows."""

    def to_take(self) -> Self:
        """Rows that go into a declaration and have not yet."""
        return self.filter(level__in=TAKEN_LEVELS, taken_into=None)

    def counts(self) -> dict[str, int]:
        """How many rows there are of each level."""
        found = dict(self.order_by().values_list("level").annotate(Count("pk")))
        return {level.value: found.get(level.value, 0) for level in RowLevel}


class SheetRow(models.Model):
    """One row of a sheet as a vehicle's body. The body is encrypted: it names the driver."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    vin = models.CharField(_("VIN"), max_length=40, blank=True)
    content = SealedTextField(editable=False)
    remarks = models.JSONField(default=list, editable=False)
    level = models.CharField(_("check"), max_length=10, choices=RowLevel, blank=True)
    taken_into = models.ForeignKey(
        Declaration, models.CASCADE, null=True, related_name="+", verbose_name=_("declaration")
    )

    objects = SheetRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a spreadsheet")
        verbose_name_plural = _("rows of spreadsheets")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="sheet_row_once"),
            models.CheckConstraint(name="sheet_row_level_known", condition=Q(level__in=["", *RowLevel.values])),
            models.CheckConstraint(
                name="sheet_row_taken_is_good", condition=Q(taken_into=None) | Q(level__in=[*TAKEN_LEVELS])
            ),
        ]

    def __str__(self) -> str:
        """Row and VIN."""
        return f"{self.number} {self.vin}"

    @property
    def is_bad(self) -> bool:
        """Whether it cannot go into a declaration as it stands."""
        return self.level in (RowLevel.BAD, RowLevel.DUPLICATE)

    @property
    def body(self) -> dict[str, Any]:
        """The vehicle of this row, in the shape of CONTRACT section 2."""
        found: dict[str, Any] = json.loads(self.content)
        return found

    def say(self, body: dict[str, Any], *, remarks: list[dict[str, Any]]) -> None:
        """Set what the row says; it has to be checked anew. The caller saves."""
        self.content = json.dumps(body, default=str)
        # One VIN is one vehicle however it is spelt: `vin` is what rows are compared by, the body keeps what was typed.
        self.vin = vin.normalise(str(body.get("vin") or ""))[:40]
        self.remarks, self.level = remarks, ""
