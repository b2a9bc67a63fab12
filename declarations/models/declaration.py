"""The declaration: one exporter, one port, one direction and mode, one to many vehicles."""

import json
import secrets
from datetime import datetime
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import DeclarationStatus, Machine
from declarations.models.body import DECLARATION_FIELDS, Typed, overlay
from declarations.models.history import History
from declarations.models.movable import Movable
from declarations.models.parties import Roles, roles_of
from declarations.models.sealed import fingerprint
from declarations.models.triggers import (
    LAW_3_DECLARATION,
    LAW_6,
    Law,
    append_only,
    begins_at_the_beginning,
    status_has_history,
)
from declarations.readiness import Wait, wait_of_declaration
from declarations.versions import Comparison, compare
from declarations.words import Channel

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """A reference nobody can guess: SG and ten characters without look-alikes."""
    return "SG" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(10))


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    """Slices of declarations; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """What this user may see: exporters their own, officers what was lodged at their ports."""
        roles = roles_of(user)
        return self.filter(Q(organisation__in=roles.organisations) | self._at_the_port(roles))

    def for_officer(self, user: object) -> Self:
        """What this user sees with an officer's eyes; never what his own enterprise declared."""
        roles = roles_of(user)
        return self.filter(self._at_the_port(roles)).exclude(organisation__in=roles.organisations)

    @staticmethod
    def _at_the_port(roles: Roles) -> Q:
        """Lodged at a port of this officer, or a draft of which an exporter put a problem on his desk."""
        ports = roles.ports()
        here = Q() if ports is None else Q(port__in=ports)
        return here & (~Q(status=DeclarationStatus.DRAFT) | Q(pk__in=ProblemOverride.objects.values("declaration")))

    def with_appeal(self) -> Self:
        """With `appealed_at`: when the exporter last appealed the refusal that stands, None if he did not."""
        said = History.objects.filter(declaration=OuterRef("pk"), reason="APPEALED", at__gte=OuterRef("status_at"))
        return self.annotate(appealed_at=Subquery(said.order_by("-id").values("at")[:1]))

    def locked(self) -> Self:
        """Rows under FOR UPDATE; always the declaration first, then vehicles, then passes."""
        return self.select_for_update(of=("self",))


class Declaration(Typed, Movable):
    """A goods declaration with its header; its vehicles are rows of their own."""

    machine: ClassVar[Machine] = Machine.DECLARATION

    # who and when
    reference = models.CharField(_("reference"), max_length=12, unique=True, default=new_reference, editable=False)
    organisation = models.ForeignKey(
        "declarations.Organisation", models.PROTECT, related_name="declarations", verbose_name=_("exporter")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    begun_key = models.UUIDField(null=True, editable=False)  # of the page that began it: sent twice, it is one draft
    typed_key = models.UUIDField(
        null=True, editable=False
    )  # of the page that wrote the header last, while it is a draft
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"), db_index=True)
    # what the exporter says; in a draft anything may be missing, and what does not fit its column waits in `entered`
    functional_reference = models.CharField(_("your own reference"), max_length=64, blank=True)
    port = models.ForeignKey("declarations.Port", models.PROTECT, null=True, verbose_name=_("port"))
    direction = models.CharField(_("direction"), max_length=10, blank=True)
    mode = models.CharField(_("mode"), max_length=12, blank=True)
    destination_country = models.CharField(_("destination"), max_length=2, blank=True)
    consignee_name = models.CharField(_("consignee"), max_length=200, blank=True)
    consignee_country = models.CharField(_("consignee's country"), max_length=2, blank=True)
    consignee_address = models.CharField(_("consignee's address"), max_length=300, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=64, blank=True)
    incoterm = models.CharField(_("Incoterm"), max_length=3, blank=True)
    incoterm_place = models.CharField(_("Incoterm place"), max_length=100, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    planned_arrival_at = models.DateTimeField(_("planned arrival"), null=True)
    errors = models.PositiveIntegerField(_("errors"), default=0, editable=False)
    warnings = models.PositiveIntegerField(_("warnings"), default=0, editable=False)
    # what customs answers
    status = models.CharField(
        _("status"), max_length=20, choices=DeclarationStatus, default=DeclarationStatus.DRAFT, editable=False
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    channel = models.CharField(_("channel"), max_length=6, choices=Channel, blank=True, editable=False)
    registration_number = models.CharField(_("registration number"), max_length=18, blank=True, editable=False)
    lodged_at = models.DateTimeField(_("lodged at"), null=True, editable=False)
    released_at = models.DateTimeField(_("released at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("to be presented until"), null=True, editable=False)
    straggler_notice_at = models.DateTimeField(_("stragglers told at"), null=True, editable=False)
    documents_due_at = models.DateTimeField(_("documents due"), null=True, editable=False)
    appeal_until = models.DateTimeField(_("appeal until"), null=True, editable=False)

    appealed_at: datetime | None = None
    """Known only of rows read `with_appeal`."""

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        ordering = ["-updated_at", "-id"]
        indexes = [
            models.Index(fields=["organisation", "-updated_at", "-id"], name="declaration_of_exporter"),
            models.Index(fields=["port", "status"], name="declaration_at_port"),
            models.Index(
                fields=["expires_at"],
                name="declaration_to_expire",
                condition=Q(status__in=["LODGED", "UNDER_CONTROL", "DOCUMENTS_REQUIRED", "RELEASED"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["created_by", "begun_key"],
                condition=Q(begun_key__isnull=False),
                name="declaration_begun_once",
            ),
            models.CheckConstraint(name="declaration_status_known", condition=Q(status__in=DeclarationStatus.values)),
            models.CheckConstraint(
                name="declaration_lodged_has_port",
                condition=Q(status__in=["DRAFT", "CANCELLED"]) | Q(port__isnull=False),
            ),
        ]
        triggers = [
            begins_at_the_beginning(Machine.DECLARATION),
            status_has_history("declarations_declaration", "declaration"),
            Law(
                name="declaration_law_3",
                operation=pgtrigger.UpdateOf("status"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.status = 'RELEASED' AND OLD.status <> 'RELEASED'"),
                func=LAW_3_DECLARATION,
            ),
            Law(
                name="declaration_law_6",
                operation=pgtrigger.UpdateOf("status"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition("NEW.status = 'COMPLETED'"),
                func=LAW_6.format(declaration="NEW.id"),
            ),
        ]

    def __str__(self) -> str:
        """The reference."""
        return self.reference

    @property
    def is_draft(self) -> bool:
        """Whether the exporter may still change everything freely."""
        return self.status in (DeclarationStatus.DRAFT, DeclarationStatus.REJECTED)

    @property
    def wait(self) -> Wait | None:
        """What the declaration as a whole waits for."""
        return wait_of_declaration(
            DeclarationStatus(self.status),
            since=self.status_at,
            expires_at=self.expires_at,
            documents_due_at=self.documents_due_at,
            appeal_until=self.appeal_until,
            appealed_at=self.appealed_at,
        )

    @property
    def etag(self) -> str:
        """Changes with every change of the declaration, its vehicles or its status."""
        return f'"{self.reference}-{self.revision}-{int(self.updated_at.timestamp() * 1_000_000):x}"'

    def touch(self, *, at: datetime) -> None:
        """Count a change, so that somebody who looked earlier notices (If-Match)."""
        self.updated_at = at
        type(self).objects.filter(pk=self.pk).update(updated_at=at, revision=models.F("revision") + 1)
        self.revision += 1

    def header(self) -> dict[str, Any]:
        """The declaration body of CONTRACT section 2 without its vehicles."""
        columns = {name: "port_id" if name == "port" else name for name in DECLARATION_FIELDS}
        body: dict[str, Any] = {name: getattr(self, column) for name, column in columns.items()}
        body["planned_arrival_at"] = self.planned_arrival_at.isoformat() if self.planned_arrival_at else None
        body["consignee"] = {
            "name": self.consignee_name,
            "country": self.consignee_country,
            "address": self.consignee_address,
        }
        return overlay(body, self.entered)

    def body(self) -> dict[str, Any]:
        """The whole declaration body of CONTRACT section 2, as the checks and the API read it."""
        return {**self.header(), "vehicles": [vehicle.body() for vehicle in self.present_vehicles()]}

    def said(self) -> dict[str, Any]:
        """The body as a version keeps it: each vehicle with its place, of its driver a keyed fingerprint alone."""
        vehicles = [
            {
                **vehicle.body(),
                "driver": fingerprint(json.dumps(driver.body(), sort_keys=True)) if driver else None,
                "place": vehicle.position,
            }
            for vehicle in self.present_vehicles()
            for driver in [vehicle.get_driver()]
        ]
        return {**self.header(), "vehicles": vehicles}

    def side_by_side(self, old: int, new: int | None) -> Comparison:
        """Two versions compared; new: None for what stands there now, swaps since the last version included.

        Raises: DoesNotExist for a version that never was.
        """
        before = self.versions.get(version=old).body
        if new is not None:
            return compare(before, self.versions.get(version=new).body)
        now = Declaration.objects.prefetch_related("vehicles__papers", "vehicles__driver").get(pk=self.pk)
        return compare(before, now.said())

    def present_vehicles(self) -> list[Any]:
        """Vehicles in their order, prefetched or read now, without those withdrawn after lodging."""
        vehicles = sorted(self.vehicles.all(), key=lambda vehicle: (vehicle.position, vehicle.pk))
        return [vehicle for vehicle in vehicles if vehicle.status != "WITHDRAWN"]


class DeclarationVersion(models.Model):
    """What was said at one lodging or amendment, word for word, so that versions can be put side by side."""

    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(_("version"))
    body = models.JSONField(_("body"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("version of a declaration")
        verbose_name_plural = _("versions of declarations")
        ordering = ["declaration", "version"]
        constraints = [models.UniqueConstraint(fields=["declaration", "version"], name="declaration_version_once")]
        triggers = append_only("declaration_version")

    def __str__(self) -> str:
        """Reference and number."""
        return f"{self.declaration} v{self.version}"


class ProblemOverride(models.Model):
    """A problem that the exporter put on an officer's desk, and what the officer said."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="overrides")
    vin = models.CharField(_("VIN"), max_length=40)
    code = models.CharField(_("problem"), max_length=40)
    text = models.TextField(_("the exporter's words"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    reason = models.TextField(_("the officer's reason"), blank=True)

    class Meta:
        verbose_name = _("accepted problem")
        verbose_name_plural = _("accepted problems")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "vin", "code"], name="problem_override_once"),
            models.CheckConstraint(
                name="problem_override_pair",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """VIN and problem."""
        return f"{self.vin} {self.code}"
