"""One vehicle of one declaration, with its papers, its driver, its admissions and its pass."""

from datetime import datetime
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Replace, Right, Upper
from django.utils.translation import gettext_lazy as _

from declarations import passes, vin
from declarations.lifecycle import AT_PORT, Machine, PassStatus, VehicleStatus
from declarations.models.body import DRIVER_FIELDS, PAPER_FIELDS, VEHICLE_FIELDS, Typed, overlay
from declarations.models.declaration import Declaration
from declarations.models.history import History
from declarations.models.movable import Movable
from declarations.models.sealed import SealedTextField
from declarations.models.triggers import (
    LAW_1,
    LAW_3_VEHICLE,
    LAW_6,
    NO_LIVE_ADMISSION_AHEAD,
    Law,
    begins_at_the_beginning,
    status_has_history,
)
from declarations.words import Channel, Stage

TAIL = 6
"""Last characters of a VIN by which people search."""


NUMBER_KEY = Upper(Replace("number", Value(" "), Value("")))
"""What makes two spellings of a paper's number the same one, as `papers.number_key`."""


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    """Slices of vehicles; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Vehicles of the declarations that this user may see."""
        return self.filter(declaration__in=Declaration.objects.visible_to(user).order_by())

    def for_officer(self, user: object) -> Self:
        """Vehicles of the declarations that this user sees with an officer's eyes."""
        return self.filter(declaration__in=Declaration.objects.for_officer(user).order_by())

    def locked(self) -> Self:
        """Rows under FOR UPDATE; their declaration must be locked before."""
        return self.select_for_update(of=("self",))

    def lock_with_declaration(self, pk: int) -> "Vehicle":
        """One vehicle under FOR UPDATE, its declaration locked before it and set on it."""
        declaration = Declaration.objects.locked().get(vehicles=pk)
        vehicle = self.locked().get(pk=pk)
        vehicle.declaration = declaration
        return vehicle

    def found_by(self, text: str) -> Self:
        """Vehicles whose VIN begins so, or ends so if six characters were typed; both are indexed."""
        wanted = vin.normalise(text)
        begins = Q(vin__istartswith=wanted)
        if len(wanted) != TAIL:
            return self.filter(begins)
        return self.annotate(tail=Right("vin", TAIL)).filter(begins | Q(tail=wanted))

    def with_visits(self) -> Self:
        """With `left_port_at`: when each last went out of the port without its exit, None if it never did."""
        left = History.objects.filter(
            machine=Machine.VEHICLE,
            subject_id=OuterRef("pk"),
            from_status__in=AT_PORT,
            to_status__in=[VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN],
        )
        return self.annotate(left_port_at=Subquery(left.order_by("-id").values("at")[:1]))

    def outdated(self, now: datetime) -> Self:
        """Those whose kept readiness no longer holds; see `Vehicle.is_outdated`."""
        return self.filter(Q(ready_until__lte=now) | Q(ready=False, not_ready_because=[]))

    def whole(self) -> Self:
        """With everything that a page or the API shows of a vehicle, in a fixed number of queries."""
        return self.select_related("driver").prefetch_related("papers", "holds", "checks", "inspections", "passes")


class Vehicle(Typed, Movable):
    """A vehicle under one VIN; live while it holds that VIN (law 4)."""

    machine: ClassVar[Machine] = Machine.VEHICLE

    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="vehicles", verbose_name=_("declaration"))
    position = models.PositiveIntegerField(_("position"), default=0)
    begun_key = models.UUIDField(null=True, editable=False)  # of the page that began it: sent twice, it is one vehicle
    typed_key = models.UUIDField(null=True, editable=False)  # of the page that wrote here last, while it is a draft
    # what the exporter says
    vin = models.CharField(_("VIN"), max_length=40, blank=True)
    make = models.CharField(_("make"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)
    model_year = models.PositiveIntegerField(_("model year"), null=True, blank=True)
    category = models.CharField(_("category"), max_length=10, blank=True)
    condition = models.CharField(_("condition"), max_length=10, blank=True)
    powertrain = models.CharField(_("powertrain"), max_length=10, blank=True)
    fuel = models.CharField(_("fuel"), max_length=10, blank=True)
    displacement_cc = models.PositiveIntegerField(_("displacement, cc"), null=True, blank=True)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    gross_mass_kg = models.PositiveIntegerField(_("gross mass, kg"), null=True, blank=True)
    curb_mass_kg = models.PositiveIntegerField(_("curb mass, kg"), null=True, blank=True)
    hs_code = models.CharField(_("HS code"), max_length=10, blank=True)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True, blank=True)
    colour = models.CharField(_("colour"), max_length=40, blank=True)
    first_registered_on = models.DateField(_("first registered on"), null=True, blank=True)
    odometer_km = models.PositiveIntegerField(_("odometer, km"), null=True, blank=True)
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    plate_key = models.CharField(max_length=20, blank=True, editable=False)
    plate_expires_on = models.DateField(_("plate valid until"), null=True, blank=True)
    # where it stands
    status = models.CharField(
        _("status"), max_length=12, choices=VehicleStatus, default=VehicleStatus.DECLARED, editable=False
    )
    live = models.BooleanField(_("holds its VIN"), default=False, editable=False)
    channel = models.CharField(_("channel"), max_length=6, choices=Channel, blank=True, editable=False)
    # when it went through the last gate; it stays when the vehicle is handed over or comes back
    exited_at = models.DateTimeField(_("exited at"), null=True, editable=False)
    being_assessed = models.BooleanField(_("being assessed"), default=False, editable=False)
    ready = models.BooleanField(_("ready"), default=False, editable=False)
    # until when the kept answer, ready or not, holds by the clock alone
    ready_until = models.DateTimeField(_("readiness holds until"), null=True, editable=False)
    not_ready_because = models.JSONField(_("not ready because"), default=list, editable=False)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["declaration", "position", "id"]
        indexes = [
            models.Index(OpClass(Upper("vin"), name="text_pattern_ops"), name="vehicle_vin_prefix"),
            models.Index(Right("vin", TAIL), name="vehicle_vin_tail"),
            models.Index(fields=["vin"], name="vehicle_of_vin"),
            models.Index(fields=["make", "model"], name="vehicle_of_model"),
            models.Index(fields=["exited_at"], name="vehicle_exits", condition=Q(exited_at__isnull=False)),
            models.Index(fields=["plate_key"], name="vehicle_plate", condition=Q(live=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["vin"], condition=Q(live=True), name="vehicle_one_live_vin"),
            models.UniqueConstraint(
                fields=["declaration", "begun_key"], condition=Q(begun_key__isnull=False), name="vehicle_begun_once"
            ),
            models.CheckConstraint(name="vehicle_status_known", condition=Q(status__in=VehicleStatus.values)),
            models.CheckConstraint(
                name="vehicle_exited_at_when_out",
                condition=Q(status__in=["EXITED", "HANDED_OVER", "RETURNED"], exited_at__isnull=False)
                | (~Q(status__in=["EXITED", "HANDED_OVER", "RETURNED"]) & Q(exited_at=None)),
            ),
            models.CheckConstraint(
                name="vehicle_closed_is_not_live",
                condition=Q(live=False) | ~Q(status__in=["EXITED", "HANDED_OVER", "RETURNED", "WITHDRAWN"]),
            ),
        ]
        triggers = [
            begins_at_the_beginning(Machine.VEHICLE),
            status_has_history("declarations_vehicle", "vehicle"),
            Law(
                name="vehicle_law_1",
                operation=pgtrigger.UpdateOf("status"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "((NEW.status = 'RELEASED' AND OLD.status <> 'RELEASED') "
                    "OR (NEW.status = 'EXITED' AND OLD.status NOT IN ('RELEASED', 'EXITED')))"
                ),
                func=LAW_1,
            ),
            Law(
                name="vehicle_law_3",
                operation=pgtrigger.UpdateOf("status"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.status IN ('RELEASED', 'EXITED') AND NEW.status <> OLD.status"),
                func=LAW_3_VEHICLE,
            ),
            Law(
                name="vehicle_law_2",
                operation=pgtrigger.UpdateOf("status"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition("NEW.status NOT IN ('EXITED', 'HANDED_OVER', 'RETURNED', 'WITHDRAWN')"),
                func=NO_LIVE_ADMISSION_AHEAD,
            ),
            Law(
                name="vehicle_law_6_added",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=LAW_6.format(declaration="NEW.declaration_id"),
            ),
            Law(
                name="vehicle_law_6",
                operation=pgtrigger.UpdateOf("status"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                # An open vehicle that stays open, or leaves, cannot undo what held before.
                condition=pgtrigger.Condition(
                    "OLD.status IN ('EXITED', 'HANDED_OVER', 'RETURNED', 'WITHDRAWN') OR NEW.status = 'WITHDRAWN'"
                ),
                func=LAW_6.format(declaration="NEW.declaration_id"),
            ),
        ]

    def __str__(self) -> str:
        """The VIN."""
        return self.vin

    def is_outdated(self, now: datetime) -> bool:
        """Whether the kept readiness no longer holds: its time is over, or a move emptied it (a scan computes none)."""
        is_over = self.ready_until is not None and self.ready_until <= now
        return is_over or not (self.ready or self.not_ready_because)

    @property
    def newest_pass(self) -> "Pass | None":
        """The pass that counts, prefetched or read now."""
        return max(self.passes.all(), key=lambda row: row.version, default=None)

    def get_driver(self) -> "Driver | None":
        """The driver's row, or None."""
        return getattr(self, "driver", None)

    def body(self) -> dict[str, Any]:
        """One vehicle of the declaration body of CONTRACT section 2."""
        body: dict[str, Any] = {name: getattr(self, name) for name in VEHICLE_FIELDS}
        for name in ("first_registered_on", "plate_expires_on"):
            body[name] = body[name].isoformat() if body[name] else None
        body["value"] = str(self.value) if self.value is not None else None
        body["plate"] = self.plate or None
        body["fuel"] = self.fuel or None
        body["papers"] = [paper.body() for paper in sorted(self.papers.all(), key=lambda paper: paper.pk)]
        driver = self.get_driver()
        body["driver"] = driver.body() if driver else None
        return overlay(body, self.entered)


class Paper(Typed):
    """A paper of one vehicle, by number; its files are documents."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="papers", verbose_name=_("vehicle"))
    code = models.CharField(_("kind"), max_length=40, blank=True)
    number = models.CharField(_("number"), max_length=64, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["vehicle", "id"]
        indexes = [models.Index(NUMBER_KEY, name="paper_number_key", condition=~Q(number=""))]

    def __str__(self) -> str:
        """Kind and number."""
        return f"{self.code} {self.number}"

    def body(self) -> dict[str, Any]:
        """One paper of the declaration body."""
        body: dict[str, Any] = {name: getattr(self, name) for name in PAPER_FIELDS}
        for name in ("issued_on", "valid_until"):
            body[name] = body[name].isoformat() if body[name] else None
        return overlay(body, self.entered)


class Ferryman(models.Model):
    """A driver known by passport, one row for the whole country and invisible to tenants; vehicles keep snapshots."""

    passport_digest = models.CharField(max_length=64, unique=True, editable=False)
    card_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("ferryman")
        verbose_name_plural = _("ferrymen")
        ordering = ["id"]

    def __str__(self) -> str:
        """The row's number; the name is a personal fact."""
        return f"{self._meta.verbose_name} {self.pk}"


class Driver(models.Model):
    """Who drives one vehicle: personal facts, encrypted, in a row of their own, so that erasure leaves the rest."""

    vehicle = models.OneToOneField(Vehicle, models.CASCADE, related_name="driver", verbose_name=_("vehicle"))
    ferryman = models.ForeignKey(Ferryman, models.PROTECT, null=True, related_name="drives", verbose_name=_("ferryman"))
    name = SealedTextField(_("name"), blank=True)
    passport_number = SealedTextField(_("passport number"), blank=True)
    phone = SealedTextField(_("phone"), blank=True)
    card = SealedTextField(_("card"), blank=True)
    nationality = models.CharField(_("nationality"), max_length=20, blank=True)
    passport_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    card_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        ordering = ["vehicle"]

    def __str__(self) -> str:
        """The row's number; the name is a personal fact."""
        return f"{self._meta.verbose_name} {self.pk}"

    def body(self) -> dict[str, Any]:
        """The driver of the declaration body."""
        return {name: getattr(self, name) for name in DRIVER_FIELDS}


class Pass(Movable):
    """A signed credential of one vehicle. The newest alone counts; one is ISSUED at most (law 5)."""

    machine: ClassVar[Machine] = Machine.PASS

    pass_id = models.BigIntegerField(_("pass id"), unique=True)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, related_name="passes", verbose_name=_("vehicle"), db_index=False
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    status = models.CharField(_("status"), max_length=10, choices=PassStatus, default=PassStatus.ISSUED, editable=False)
    vin = models.CharField(_("VIN"), max_length=17)
    port = models.ForeignKey("declarations.Port", models.PROTECT, verbose_name=_("port"), db_index=False)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    code = models.TextField(_("code"))
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        ordering = ["vehicle", "version"]
        indexes = [models.Index(fields=["status_at"], name="pass_revoked", condition=Q(status="REVOKED"))]
        constraints = [
            models.UniqueConstraint(fields=["vehicle"], condition=Q(status="ISSUED"), name="pass_one_issued"),
            models.UniqueConstraint(fields=["vehicle", "version"], name="pass_version_once"),
            models.CheckConstraint(name="pass_status_known", condition=Q(status__in=PassStatus.values)),
            models.CheckConstraint(name="pass_id_below_2_50", condition=Q(pass_id__gte=0, pass_id__lt=2**50)),
        ]
        triggers = [begins_at_the_beginning(Machine.PASS), status_has_history("declarations_pass", "pass")]

    def __str__(self) -> str:
        """The manual code."""
        return self.manual_code

    @property
    def manual_code(self) -> str:
        """Twelve characters to be read aloud or typed; an identifier, not a proof."""
        return passes.manual_code(self.pass_id)


class Admission(models.Model):
    """That one vehicle was let through one stage; live until annulled, at most one at a time (law 2).

    It lives on this floor because moves backwards annul it, and moves are made here; `passage_id` is the checkpoint's.
    """

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="admissions", verbose_name=_("vehicle"))
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)
    passage_id = models.UUIDField(_("passage"), db_index=True)
    at = models.DateTimeField(_("at"))
    annulled_at = models.DateTimeField(_("annulled at"), null=True)
    annulled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("annulled by"),
        db_index=False,
    )
    annul_reason = models.CharField(_("reason"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "stage"], condition=Q(annulled_at=None), name="admission_one_live"
            ),
            models.CheckConstraint(name="admission_stage_known", condition=Q(stage__in=Stage.values)),
        ]

    def __str__(self) -> str:
        """Stage and moment."""
        return f"{self.stage} {self.at:%Y-%m-%d %H:%M}"
