"""Vehicles of a declaration: add, change, take out; problems that an officer accepts; the pass."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from declarations import actions, permissions, qr
from declarations.actions import ferrymen, printing
from declarations.api import answers, bodies, shapes
from declarations.api.frame import idempotent
from declarations.api.rooms import DeclarationRoom
from declarations.checks import read_date
from declarations.checks.fields import DATE_FORM, REQUIRED
from declarations.clearance import decisions
from declarations.errors import Conflict, Unacceptable
from declarations.models import Declaration, Pass, Vehicle
from declarations.models.standing import answer
from declarations.problems import Problem

PRIVATE = "private, no-store"


class Vehicles(DeclarationRoom):
    """The vehicles of a draft."""

    @extend_schema(
        operation_id="addVehicles",
        request=PolymorphicProxySerializer(
            "OneOrMoreVehicles", [bodies.VehicleBody, bodies.VehiclesBody], resource_type_field_name=None
        ),
        responses={201: answers.DeclarationAnswer},
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Add one vehicle, or several under `vehicles`, while the declaration is a draft."""
        with self.changing(reference) as declaration:
            several = isinstance(request.data, dict) and "vehicles" in request.data
            vehicles = self.read(bodies.VehiclesBody)["vehicles"] if several else [self.read(bodies.VehicleBody)]
            actions.add(declaration_id=declaration.pk, vehicles=vehicles, by=self.person, now=self.now)
        return self.answer_whole(declaration.pk, status=201)


class OneVehicle(DeclarationRoom):
    """One vehicle, by its VIN."""

    @extend_schema(operation_id="changeVehicle", request=bodies.VehicleBody, responses=answers.VehicleAnswer)
    def patch(self, request: Request, reference: str, vin: str) -> Response:
        """Swap driver, plate or papers: checked, effective at once, the pass stays. Other fields are an amendment."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            body = {"vehicles": [self.read(bodies.VehicleBody)]}
            actions.amend(declaration_id=declaration.pk, body=body, vehicle_id=vehicle.pk, by=self.person, now=self.now)
        return self.answer_vehicle(declaration.pk, vehicle.pk)

    @extend_schema(operation_id="removeVehicle", request=bodies.RemovalBody, responses={200: answers.DeclarationAnswer})
    def delete(self, request: Request, reference: str, vin: str) -> Response:
        """Remove it from a draft, or withdraw it with a reason after lodging."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            reason = (self.read(bodies.RemovalBody).get("reason") or "").strip()
            if not reason and not declaration.is_draft:
                raise Unacceptable([Problem(REQUIRED, "/reason")])
            actions.withdraw_vehicle(
                declaration_id=declaration.pk, vehicle_id=vehicle.pk, reason=reason, by=self.person, now=self.now
            )
        return self.answer_whole(declaration.pk)


class AcceptProblem(DeclarationRoom):
    """An officer's exception."""

    @extend_schema(operation_id="acceptProblem", request=bodies.AcceptBody, responses=answers.DeclarationAnswer)
    @idempotent
    def post(self, request: Request, reference: str, vin: str) -> Response:
        """Accept an overridable problem of this vehicle with a reason; it becomes a warning."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            body = self.read(bodies.AcceptBody)
            actions.accept_problem(declaration_id=declaration.pk, vin=vehicle.vin, **body, by=self.person, now=self.now)
        return self.answer_whole(declaration.pk)


class AskOfficer(DeclarationRoom):
    """An exporter's request for an exception."""

    @extend_schema(operation_id="askOfficer", request=bodies.AskBody, responses=answers.DeclarationAnswer)
    @idempotent
    def post(self, request: Request, reference: str, vin: str) -> Response:
        """Put a problem that may have a legal exception on an officer's desk."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            body = self.read(bodies.AskBody)
            actions.ask(declaration_id=declaration.pk, vin=vehicle.vin, **body, by=self.person, now=self.now)
        return self.answer_whole(declaration.pk)


class Returned(DeclarationRoom):
    """Back from the border."""

    @extend_schema(operation_id="recordReturn", request=bodies.ReasonBody, responses=answers.VehicleAnswer)
    @idempotent
    def post(self, request: Request, reference: str, vin: str) -> Response:
        """Record that the neighbour refused entry and the vehicle came back."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            body = self.read(bodies.ReasonBody)
            decisions.record_return(vehicle_id=vehicle.pk, reason=body["reason"], by=self.person, now=self.now)
        return self.answer_vehicle(declaration.pk, vehicle.pk)


class DriverReturned(DeclarationRoom):
    """The driver's way home."""

    @extend_schema(
        operation_id="recordDriverReturn", request=bodies.DriverReturnBody, responses={200: answers.VehicleAnswer}
    )
    @idempotent
    def post(self, request: Request, reference: str, vin: str) -> Response:
        """Record the day on which whoever drove the vehicle out came back, by bus."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            body = self.read(bodies.DriverReturnBody)
            day = read_date(body["returned_on"])
            if day is None:
                raise Unacceptable([Problem(DATE_FORM, "/returned_on")])
            try:
                ferrymen.record_returns(returns={vehicle.pk: day}, by=self.person, now=self.now)
            except Unacceptable as refusal:
                told = [Problem(each.code, "/returned_on", each.level, each.values) for each in refusal.problems]
                raise Unacceptable(told) from refusal
        return self.answer_vehicle(declaration.pk, vehicle.pk)


class Detain(DeclarationRoom):
    """Kept by a supervisor."""

    @extend_schema(operation_id="detainVehicle", request=bodies.ReasonBody, responses={200: answers.VehicleAnswer})
    @idempotent
    def post(self, request: Request, reference: str, vin: str) -> Response:
        """Keep a vehicle that was referred; a supervisor of the port."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            permissions.check_can_detain(request.user, declaration)
            body = self.read(bodies.ReasonBody)
            decisions.detain(vehicle_id=vehicle.pk, reason=body["reason"], by=self.person, now=self.now)
        return self.answer_vehicle(declaration.pk, vehicle.pk)


class EndDetention(DeclarationRoom):
    """Let go, or out of the declaration."""

    @extend_schema(operation_id="endDetention", request=bodies.EndBody, responses={200: answers.VehicleAnswer})
    @idempotent
    def post(self, request: Request, reference: str, vin: str) -> Response:
        """Hand a detained vehicle back to the officers, or withdraw it."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            permissions.check_can_detain(request.user, declaration)
            body = self.read(bodies.EndBody)
            decisions.end_detention(vehicle_id=vehicle.pk, **body, by=self.person, now=self.now)
        return self.answer_vehicle(declaration.pk, vehicle.pk)


class ThePass(DeclarationRoom):
    """The newest pass of a vehicle."""

    @extend_schema(operation_id="readPass", responses=answers.PassAnswer)
    def get(self, request: Request, reference: str, vin: str) -> Response:
        """Read the pass, and whether the vehicle may be driven to the gate now."""
        vehicle, row = self.pass_of(reference, vin)
        ready = answer([vehicle], now=self.now)[vehicle.pk]
        return Response(shapes.the_pass(row, ready), headers={"Cache-Control": PRIVATE})

    def pass_of(self, reference: str, vin: str) -> tuple[Vehicle, Pass]:
        """The vehicle and its newest pass.

        Raises: DoesNotExist; Conflict before there is one.
        """
        declaration = Declaration.objects.visible_to(self.request.user).get(reference=reference)
        vehicle = self.vehicle_of(declaration, vin)
        row = vehicle.newest_pass
        if row is None:
            raise Conflict("NO_PASS_YET", _("There is no pass before the release. Wait for customs."))
        return vehicle, row


class RenewPass(DeclarationRoom):
    """A new pass for a lost or expired one."""

    @extend_schema(operation_id="renewPass", request=None, responses={201: answers.PassAnswer})
    @idempotent
    def post(self, request: Request, reference: str, vin: str) -> Response:
        """Issue a new version; the one before dies."""
        with self.changing(reference) as declaration:
            vehicle = self.vehicle_of(declaration, vin)
            self.read(bodies.NothingBody)
            actions.renew_pass(vehicle_id=vehicle.pk, by=self.person, now=self.now)
            row = Vehicle.objects.get(pk=vehicle.pk).newest_pass
            assert row is not None, "it was issued just now"
            ready = answer([vehicle], now=self.now)[vehicle.pk]
        return Response(shapes.the_pass(row, ready), status=201, headers={"Cache-Control": PRIVATE})


class PassPng(ThePass):
    """The pass as a picture of dots."""

    @extend_schema(
        operation_id="readPassPng",
        parameters=[bodies.PictureQuery],
        responses={(200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY, "QR version 8-M, quiet zone included.")},
    )
    def get(self, request: Request, reference: str, vin: str) -> Any:
        """Draw the pass as PNG."""
        query = self.read_query(bodies.PictureQuery)
        _vehicle, row = self.pass_of(reference, vin)
        return _picture(qr.png(row.code, module_px=query["module_px"]), "image/png")


class PassSvg(ThePass):
    """The pass as a drawing."""

    @extend_schema(
        operation_id="readPassSvg",
        responses={(200, "image/svg+xml"): OpenApiResponse(OpenApiTypes.STR, "QR version 8-M, quiet zone included.")},
    )
    def get(self, request: Request, reference: str, vin: str) -> Any:
        """Draw the pass as SVG."""
        _vehicle, row = self.pass_of(reference, vin)
        return _picture(qr.svg(row.code).encode(), "image/svg+xml")


class PassPdf(ThePass):
    """The pass on paper."""

    @extend_schema(
        operation_id="readPassPdf",
        responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, "A4: hand sheet, windscreen sheet.")},
    )
    def get(self, request: Request, reference: str, vin: str) -> Any:
        """Draw the pass as two sheets to be printed."""
        _vehicle, row = self.pass_of(reference, vin)
        return _picture(printing.sheet(row, now=self.now), "application/pdf")


def _picture(content: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Cache-Control": PRIVATE})
