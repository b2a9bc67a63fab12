"""Papers of a declaration as officers see them: what is entered beside what was uploaded, by whom and when."""

from collections import defaultdict
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from checkpoint.views.dossier import declaration_of, header_facts, kind_of
from checkpoint.views.frame import Officers
from declarations.models import Declaration, Document, Licence, Vehicle
from declarations.models.licences import uses
from declarations.models.paperwork import VehiclePapers, paperwork
from declarations.papers import number_key
from declarations.paperwork import Task

VEHICLES_PER_PAGE = 10

Files = dict[tuple[int | None, str], list[Document]]


class Documents(Officers):
    """The papers of a declaration, or of one vehicle with ?vehicle=VIN."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """What was declared, then what was entered on one side, files on the other; also those that were taken back."""
        declaration = declaration_of(request, reference)
        now = timezone.now()
        found = paperwork(declaration, now=now)
        vin = request.GET.get("vehicle", "")
        rows = [row for row in found.vehicles if vin in ("", row.vehicle.vin)]
        page = Paginator(rows, VEHICLES_PER_PAGE).get_page(request.GET.get("page"))
        files = _files(declaration, [row.vehicle for row in page])
        values = {
            "declaration": declaration,
            "vin": vin,
            "facts": header_facts(declaration),
            "tasks": [_row(None, task, files) for task in found.tasks],
            "vehicles": [_vehicle(row, files) for row in page],
            "page_obj": page,
            "licences": _licences(declaration, list(page)),
            "now": now,
        }
        return render(request, "checkpoint/documents.html", values)


def _files(declaration: Declaration, vehicles: list[Vehicle]) -> Files:
    found: Files = defaultdict(list)
    rows = Document.objects.filter(declaration=declaration).with_people()
    shown = rows.filter(vehicle=None) | rows.filter(vehicle__in=[each.pk for each in vehicles])
    for row in shown.order_by("pk"):
        found[row.vehicle_id, row.paper_id].append(row)
    return found


def _vehicle(row: VehiclePapers, files: Files) -> dict[str, Any]:
    told = [_row(row.vehicle, task, files) for task in row.tasks]
    known = {task.kind.code for task in row.tasks}
    others = [each for (pk, code), each in files.items() if pk == row.vehicle.pk and code not in known]
    told += [{"name": str(each[0].paper), "task": None, "files": each} for each in others]
    return {"vehicle": row.vehicle, "kind": kind_of(row.vehicle), "tasks": told}


def _row(vehicle: Vehicle | None, task: Task, files: Files) -> dict[str, Any]:
    key = (vehicle.pk if vehicle else None, task.kind.code)
    return {"name": str(task.kind.label), "task": task, "files": files.get(key, [])}


def _licences(declaration: Declaration, rows: list[VehiclePapers]) -> list[Any]:
    """Licences of the exporter's book that vehicles here name, with what is left of each."""
    named = {number_key(task.paper.number) for row in rows for task in row.tasks if task.paper}
    return uses(Licence.objects.filter(organisation=declaration.organisation_id, key__in=named))
