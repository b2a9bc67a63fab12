"""Figures of an exporter: what went out by month, destination and model; the vehicles themselves as CSV or workbook."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat, TruncMonth
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from declarations import figures, spreadsheet
from declarations.forms.figures import FiguresForm
from declarations.lifecycle import VehicleStatus
from declarations.models import Country, Vehicle, roles_of
from declarations.spreadsheet.exporting import Cell
from declarations.views.frame import page
from declarations.words import Condition, Powertrain

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_WORKBOOK = 20_000
"""About four seconds of work and as many rows as anybody scrolls; a CSV of any length begins to flow at once."""


@page("GET")
def show(request: HttpRequest) -> HttpResponse:
    """Counted three ways, with the destinations in colours."""
    form = _form(request)
    gone = _gone(request, form)
    first, last = form.days
    found = figures.arrange(list(_exits(gone)), first=first, last=last)
    places = {key: place for place, key in enumerate(found.keys, 1)}
    names = {code: str(row.name) for code, row in Country.objects.in_bulk().items()}

    def country(key: object) -> str:
        return _("others") if key == figures.OTHERS else names.get(str(key), str(key))

    def line(each: figures.Line, name: str) -> dict[str, Any]:
        parts = [(part, f"{country(part.key)}: {part.vehicles}") for part in each.bar]
        return {
            "name": name,
            "vehicles": each.vehicles,
            "words": ", ".join(words for _part, words in parts),
            "bar": [
                {"place": places[part.key], "start": f"{part.start:.2f}", "width": f"{part.width:.2f}", "words": words}
                for part, words in parts
            ],
        }

    context = {
        "form": form,
        "total": found.total,
        "legend": [(country(key), place) for key, place in places.items()],
        "tables": [
            (_("By month"), _("Month"), [line(each, _month(each.key)) for each in found.by_month]),
            (_("By destination"), _("Destination"), [line(each, country(each.key)) for each in found.by_destination]),
            (_("By model"), _("Model"), [line(each, str(each.key or _("others"))) for each in found.by_model]),
        ],
        "is_too_long": found.total.vehicles > MOST_IN_WORKBOOK,
        "most": MOST_IN_WORKBOOK,
    }
    return render(request, "declarations/figures.html", context)


@page("GET")
def vehicles(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The vehicles of the period one by one, for the exporter's own programs."""
    chosen = _form(request)
    gone = _gone(request, chosen).select_related("declaration__port").order_by("exited_at", "pk")
    first, last = chosen.days
    name = f"silkgate-{first:%Y-%m-%d}-{last:%Y-%m-%d}"
    if ending == "csv":
        answer: HttpResponseBase = StreamingHttpResponse(
            spreadsheet.as_csv(_titles(), _rows(gone)), content_type="text/csv; charset=utf-8"
        )
    elif gone.count() <= MOST_IN_WORKBOOK:
        answer = HttpResponse(spreadsheet.as_workbook(_("Vehicles"), _titles(), _rows(gone)), content_type=XLSX)
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _form(request: HttpRequest) -> FiguresForm:
    today = timezone.localdate()
    since = _mine(request).aggregate(since=Min("exited_at"))["since"]
    return FiguresForm(request.GET, today=today, since=timezone.localdate(since) if since else today)


def _mine(request: HttpRequest) -> QuerySet[Vehicle]:
    return Vehicle.objects.filter(declaration__organisation__in=roles_of(request.user).organisations).order_by()


def _gone(request: HttpRequest, form: FiguresForm) -> QuerySet[Vehicle]:
    first, last = form.days
    rows = _mine(request).filter(exited_at__gte=_midnight(first), exited_at__lt=_midnight(last + timedelta(days=1)))
    return rows.filter(declaration__port=form.chosen_port) if form.chosen_port else rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _exits(gone: QuerySet[Vehicle]) -> Iterator[figures.Exits]:
    handed_over, returned = Q(status=VehicleStatus.HANDED_OVER), Q(status=VehicleStatus.RETURNED)
    counted = (
        gone.values(
            month=TruncMonth("exited_at"),
            destination=F("declaration__destination_country"),
            named=Concat("make", Value(" "), "model"),
            currency=F("declaration__currency"),
        )
        .annotate(
            vehicles=Count("pk"),
            handed_over=Count("pk", filter=handed_over),
            returned=Count("pk", filter=returned),
            amount=Sum("value", default=0),
        )
        .order_by()
    )
    for row in counted:
        yield figures.Exits(
            month=timezone.localdate(row["month"]),
            destination=row["destination"],
            model=row["named"].strip(),
            currency=row["currency"],
            vehicles=row["vehicles"],
            handed_over=row["handed_over"],
            returned=row["returned"],
            value=row["amount"],
        )


def _month(day: date) -> str:
    """A month as the reader writes it."""
    return date_format(day, "YEAR_MONTH_FORMAT")


def _titles() -> list[str]:
    return [
        _("Declaration"), _("Own reference"), _("VIN"), _("Make"), _("Model"), _("Condition"), _("Drive"), _("HS code"),
        _("Destination"), _("Consignee"), _("Port"), _("Value"), _("Currency"), _("Exited"), _("Status"),
    ]  # fmt: skip


def _rows(gone: QuerySet[Vehicle]) -> Iterator[list[Cell]]:
    conditions, powertrains = dict(Condition.choices), dict(Powertrain.choices)
    for row in gone.iterator(chunk_size=1000):
        declaration = row.declaration
        assert declaration.port is not None and row.exited_at is not None, "what went out went out through a port"
        yield [
            declaration.reference,
            declaration.functional_reference,
            row.vin,
            row.make,
            row.model,
            str(conditions.get(row.condition, row.condition)),
            str(powertrains.get(row.powertrain, row.powertrain)),
            row.hs_code,
            declaration.destination_country,
            declaration.consignee_name,
            str(declaration.port.name),
            row.value,
            declaration.currency,
            timezone.localtime(row.exited_at),
            row.get_status_display(),
        ]
