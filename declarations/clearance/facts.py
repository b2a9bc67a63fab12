"""The facts that risk rules look at, gathered from rows in a fixed number of queries (names: risk.FACTS)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.db.models.aggregates import Aggregate
from django.utils import timezone

from declarations import vin
from declarations.lifecycle import DeclarationStatus, InspectionStatus
from declarations.models import Declaration, Driver, Inspection, ProblemOverride, Vehicle, load_reference, roles_of
from declarations.models.stays import days_of_drivers
from declarations.words import RoleName

SEALED = ("name", "passport_number", "phone", "card")
"""What risk selection never looks at, and therefore never opens."""


class Median(Aggregate):
    """PostgreSQL's percentile_cont at one half."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def declaration_facts(declaration: Declaration, vehicles: Sequence[Vehicle]) -> dict[str, Any]:
    """What is known of a declaration and its exporter."""
    others = Declaration.objects.filter(organisation=declaration.organisation_id).exclude(pk=declaration.pk)
    lodged = others.exclude(status__in=[DeclarationStatus.DRAFT, DeclarationStatus.CANCELLED])
    same_route = Q(port=declaration.port_id, destination_country=declaration.destination_country)
    counts = lodged.aggregate(
        all=Count("pk"),
        bad=Count("pk", filter=Q(status__in=[DeclarationStatus.REFUSED, DeclarationStatus.REJECTED])),
        route=Count("pk", filter=same_route),
    )
    failed = Inspection.objects.filter(
        vehicle__declaration__organisation=declaration.organisation_id, status=InspectionStatus.NOT_SATISFACTORY
    )
    roles = roles_of(declaration.created_by)
    return {
        "port": declaration.port_id,
        "mode": declaration.mode,
        "destination_country": declaration.destination_country,
        "consignee_country": declaration.consignee_country,
        "incoterm": declaration.incoterm,
        "currency": declaration.currency,
        "vehicle_count": len(vehicles),
        "total_value": sum((vehicle.value or Decimal(0) for vehicle in vehicles), Decimal(0)),
        "is_first_declaration": counts["all"] == 0,
        "exporter_refusal_share": counts["bad"] / counts["all"] if counts["all"] else 0.0,
        "exporter_failed_inspections": failed.count(),
        "is_agent": any(
            row.role == RoleName.AGENT and row.organisation_id == declaration.organisation_id for row in roles.rows
        ),
        "route_is_unusual": counts["all"] > 0 and counts["route"] == 0,
    }


def vehicle_facts(
    declaration: Declaration, vehicles: Sequence[Vehicle], *, now: datetime
) -> Iterator[tuple[Vehicle, dict[str, Any]]]:
    """What is known of each vehicle, on top of what is known of its declaration."""
    whole = declaration_facts(declaration, vehicles)
    medians = _medians(declaration, vehicles)
    drivers = {row.vehicle_id: row for row in Driver.objects.filter(vehicle__in=vehicles).defer(*SEALED)}
    days = days_of_drivers([row.passport_digest for row in drivers.values()], now=now)
    accepted = set(
        ProblemOverride.objects.filter(declaration=declaration, accepted_at__isnull=False).values_list("vin", flat=True)
    )
    makers = load_reference().makers
    today = timezone.localdate(now)
    for vehicle in vehicles:
        median = medians.get((vehicle.make, vehicle.model))
        registered = vehicle.first_registered_on
        driver = drivers.get(vehicle.pk)
        yield (
            vehicle,
            {
                **whole,
                "make": vehicle.make,
                "model": vehicle.model,
                "model_year": vehicle.model_year,
                "category": vehicle.category,
                "condition": vehicle.condition,
                "powertrain": vehicle.powertrain,
                "hs_code": vehicle.hs_code,
                "value": vehicle.value,
                "value_to_median": float(vehicle.value) / median if vehicle.value is not None and median else None,
                "maker_differs": bool(vin.maker_problems(vehicle.vin, vehicle.make, makers)),
                "days_since_registration": (today - registered).days if registered else None,
                "odometer_km": vehicle.odometer_km,
                "problem_overridden": vehicle.vin in accepted,
                "driver_nationality": driver.nationality if driver else None,
                "driver_days_in_180": days.get(driver.passport_digest, 0) if driver and driver.ferryman_id else None,
            },
        )


def _medians(declaration: Declaration, vehicles: Sequence[Vehicle]) -> dict[tuple[str, str], float]:
    """Median declared value by make and model, in the same currency, over all exporters."""
    models = {(vehicle.make, vehicle.model) for vehicle in vehicles}
    rows = (
        Vehicle.objects.filter(
            make__in={make for make, _model in models},
            model__in={model for _make, model in models},
            declaration__currency=declaration.currency,
            value__isnull=False,
        )
        .exclude(declaration__status=DeclarationStatus.DRAFT)
        .order_by()
        .values_list("make", "model")
        .annotate(median=Median("value"))
    )
    return {(make, model): float(median) for make, model, median in rows if median is not None}
