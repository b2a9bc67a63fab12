"""The month's statement: on the page, and as a table for the accounts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from declarations import permissions, spreadsheet
from declarations.actions import ferrymen
from declarations.actions.ferrymen import Statement
from declarations.forms.ferrymen import read_month
from declarations.models import Organisation
from declarations.templatetags.show import exact_text
from declarations.views.frame import page

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@page("GET")
def show(request: HttpRequest) -> HttpResponse:
    """One month of one organisation."""
    organisation, statement = _asked(request)
    before = statement.month - timedelta(days=1)
    after = (statement.month + timedelta(days=32)).replace(day=1)
    context = {
        "statement": statement,
        "organisation": organisation,
        "organisations": permissions.declares_for(request.user),
        "before": f"{before:%Y-%m}",
        "after": f"{after:%Y-%m}" if after <= timezone.localdate() else "",
        "month": f"{statement.month:%Y-%m}",
    }
    return render(request, "declarations/ferrymen/statement.html", context)


@page("GET")
def file(request: HttpRequest, ending: str) -> HttpResponse:
    """The same as a table: a row for each trip, and below it what is due to each."""
    organisation, statement = _asked(request)
    titles, *rows = _table(statement)
    data = (
        b"".join(spreadsheet.as_csv(titles, rows))
        if ending == "csv"
        else spreadsheet.as_workbook(f"{statement.month:%Y-%m}", titles, rows)
    )
    name = f"statement-{organisation.uscc}-{statement.month:%Y-%m}.{ending}"
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(data, content_type=KINDS[ending], headers=headers)


def _asked(request: HttpRequest) -> tuple[Organisation, Statement]:
    """For whom and of which month; the first organisation and this month where nothing usable was asked."""
    organisations = permissions.declares_for(request.user)
    if not organisations:
        raise PermissionDenied
    wanted = request.GET.get("organisation", "")
    organisation = next((row for row in organisations if row.uscc == wanted), organisations[0])
    month = read_month(request.GET.get("month", "")) or timezone.localdate()
    return organisation, ferrymen.statement_of(organisation_id=organisation.pk, month=month)


def _table(statement: Statement) -> Iterator[list[Any]]:
    yield [
        *(_("Ferryman"), _("Vehicle"), _("Declaration"), _("Out at"), _("Came back on")),
        *(_("Hand-over confirmed"), _("Fee"), _("Currency")),
    ]
    for line in statement.lines:
        for trip in line.trips:
            yield [
                *(line.name, trip.vin, trip.reference, exact_text(trip.exited_at)),
                trip.returned_on.isoformat() if trip.returned_on else "",
                _("yes") if trip.is_handed_over else _("no"),
                line.member.fee if line.member else None,
                line.currency,
            ]
    yield []
    yield [_("Ferryman"), _("Trips"), _("Hand-overs confirmed"), _("Fee"), _("Currency")]
    for line in statement.lines:
        yield [line.name, len(line.trips), line.confirmed, line.fee, line.currency]
    for currency, total in statement.fees:
        yield [_("Total"), statement.trips, statement.confirmed, total, currency]
