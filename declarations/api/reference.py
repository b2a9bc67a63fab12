"""Code lists with labels in four languages, and the public keys of passes."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import TextChoices
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from declarations import passes, words
from declarations.api import answers
from declarations.api.frame import AnyKeyAuthentication, ApiView, HasKey
from declarations.api.frame.cached import SAME, cached_answer
from declarations.api.frame.labels import choices_list, labels
from declarations.lifecycle import (
    CheckStatus,
    DeclarationStatus,
    InspectionStatus,
    PassKeyStatus,
    PassStatus,
    VehicleStatus,
)
from declarations.models import (
    Country,
    Currency,
    HoldReason,
    Hs6,
    Incoterm,
    NationalCode,
    PaperType,
    PassKey,
    PlateRegion,
    Port,
    Wmi,
)
from declarations.problems import OVERRIDABLE, TEXTS
from declarations.readiness import REASONS

SECONDS_KEPT = 300
SECONDS_KEYS_KEPT = 60
"""Short: a revoked key must be known at every gate within a minute."""

Rows = Iterable[dict[str, Any]]


def _ports() -> Rows:
    for row in Port.objects.all():
        modes = sorted(row.modes)
        more = {"country": row.country, "opposite": row.opposite, "modes": modes, "is_open": row.is_open}
        yield {"code": row.code, "labels": row.names, "gate": row.gate_names, **more}


def _countries() -> Rows:
    for row in Country.objects.all():
        yield {"code": row.code, "labels": row.names, "alpha3": row.alpha3, "numeric": row.numeric}


def _currencies() -> Rows:
    for row in Currency.objects.all():
        yield {"code": row.code, "labels": row.names, "numeric": row.numeric, "decimals": row.decimals}


def _hs6() -> Rows:
    bounds = ("displacement_min_cc", "displacement_max_cc", "mass_min_kg", "mass_max_kg", "seats_min", "seats_max")
    for row in Hs6.objects.all():
        more = {name: getattr(row, name) for name in ("category", "powertrain", *bounds)}
        yield {"code": row.hs6, "labels": row.names, **more}


def _national_codes() -> Rows:
    for row in NationalCode.objects.all():
        yield {"code": row.code, "labels": row.names, "export_licence_from": row.export_licence_from}


def _incoterms() -> Rows:
    for row in Incoterm.objects.all():
        yield {"code": row.code, "labels": row.names, "sea_only": row.sea_only}


def _papers() -> Rows:
    needs = ("place", "new_export", "used_export", "for_import", "covers", "from_on")
    for row in PaperType.objects.all():
        yield {"code": row.code, "labels": row.names, **{name: getattr(row, name) or None for name in needs}}


def _hold_reasons() -> Rows:
    for row in HoldReason.objects.all():
        yield {"code": row.code, "labels": row.names}


def _plate_regions() -> Rows:
    for row in PlateRegion.objects.all():
        yield {"code": row.code, "labels": row.names}


def _wmi() -> Rows:
    for row in Wmi.objects.exclude(maker=""):
        yield {
            "code": row.wmi,
            "labels": labels(row.maker),
            "group": row.group,
            "vehicles": row.vehicles,
        }


def _problem_codes() -> Rows:
    for code, text in sorted(TEXTS.items()):
        yield {"code": code, "labels": labels(text), "overridable": code in OVERRIDABLE}


def _readiness_reasons() -> Rows:
    for code, entry in sorted(REASONS.items()):
        more = {"must_act": entry.must_act.value, "repair": entry.repair.value}
        yield {"code": code, "labels": labels(entry.text), **more}


def _of(choices: type[TextChoices]) -> Callable[[], Rows]:
    return lambda: choices_list(choices)


LISTS: dict[str, Callable[[], Rows]] = {
    "ports": _ports,
    "countries": _countries,
    "currencies": _currencies,
    "hs6": _hs6,
    "national-codes": _national_codes,
    "incoterms": _incoterms,
    "papers": _papers,
    "documents": _papers,
    "hold-reasons": _hold_reasons,
    "plate-regions": _plate_regions,
    "wmi": _wmi,
    "problems": _problem_codes,
    "not-ready": _readiness_reasons,
    "directions": _of(words.Direction),
    "modes": _of(words.Mode),
    "conditions": _of(words.Condition),
    "powertrains": _of(words.Powertrain),
    "categories": _of(words.Category),
    "stages": _of(words.Stage),
    "roles": _of(words.RoleName),
    "inspection-next": _of(words.InspectionNext),
    "declaration-statuses": _of(DeclarationStatus),
    "vehicle-statuses": _of(VehicleStatus),
    "pass-statuses": _of(PassStatus),
    "inspection-statuses": _of(InspectionStatus),
    "check-statuses": _of(CheckStatus),
}
"""Channels are not among them: exporters do not learn what there is to be selected for."""


class CodeList(ApiView):
    """One code list."""

    authentication_classes = [AnyKeyAuthentication]
    permission_classes = [HasKey]

    @extend_schema(
        operation_id="readCodeList",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(LISTS))],
        responses={200: answers.CodeListAnswer, 304: SAME},
    )
    def get(self, request: Request, name: str) -> Response:
        """Read a whole code list with labels in four languages; it may be kept, and asked for again by its ETag."""
        if name not in LISTS:
            raise Http404
        return cached_answer(request, {"results": list(LISTS[name]()), "next": None}, seconds=SECONDS_KEPT)


class PassKeys(ApiView):
    """The public halves of the keys that sign passes."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(operation_id="readPassKeys", auth=[], responses={200: answers.JwkSetAnswer, 304: SAME})
    def get(self, request: Request) -> Response:
        """Read the key set (RFC 7517) that checks passes offline; REVOKED keys check nothing."""
        rows = PassKey.objects.order_by("-created_at")
        keys = [passes.jwk(row.kid_bytes, bytes(row.public), PassKeyStatus(row.status)) for row in rows]
        return cached_answer(request, {"keys": keys}, seconds=SECONDS_KEYS_KEPT, public=True)
