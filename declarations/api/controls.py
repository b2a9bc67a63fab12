"""What stands beside a status: holds, inspections, overrides."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from declarations import permissions, vin
from declarations.api import answers, bodies, shapes
from declarations.api.frame import ApiView, answer_page, idempotent, page, page_of
from declarations.checks.fields import CHOICE_UNKNOWN, REQUIRED
from declarations.clearance import at_bay, holds, inspections, overrides
from declarations.errors import NotPermitted, Unacceptable
from declarations.models import Declaration, Hold, HoldReason, Inspection, Override, Vehicle, roles_of
from declarations.problems import Problem, explain

ONE_OF_TWO = explain("ONE_OF_TWO", _("Name either a declaration or a vehicle."))
NEXT_REQUIRED = explain("NEXT_REQUIRED", _("Say what follows: repair and recheck, turn back or detain."))


class Holds(ApiView):
    """Blocks."""

    @extend_schema(operation_id="placeHold", request=bodies.HoldBody, responses={201: answers.HoldAnswer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Block a declaration, or the vehicle that is live under a VIN."""
        body = self.read(bodies.HoldBody)
        if bool(body.get("declaration")) == bool(body.get("vehicle")):
            raise Unacceptable([Problem(ONE_OF_TWO, "/declaration")])
        declaration, vehicle_id = self._target(body)
        permissions.check_can_hold(request.user, declaration)
        if not HoldReason.objects.filter(pk=body["reason_code"]).exists():
            raise Unacceptable([Problem(CHOICE_UNKNOWN, "/reason_code", values={"value": body["reason_code"]})])
        hold = holds.place(
            declaration_id=declaration.pk,
            vehicle_id=vehicle_id,
            reason_code=body["reason_code"],
            text=body["text"],
            public_text=body.get("public_text") or "",
            by=self.person,
            now=self.now,
        )
        return Response(shapes.hold(hold), status=201)

    def _target(self, body: dict[str, Any]) -> tuple[Declaration, int | None]:
        if body.get("declaration"):
            visible = Declaration.objects.visible_to(self.request.user)
            return visible.get(reference=body["declaration"]), None
        vehicle = _live_vehicle(self.request.user, body["vehicle"])
        return vehicle.declaration, vehicle.pk


class LiftHold(ApiView):
    """The end of a block."""

    @extend_schema(operation_id="liftHold", request=bodies.ReasonBody, responses=answers.HoldAnswer)
    @idempotent
    def post(self, request: Request, hold_id: uuid.UUID) -> Response:
        """Lift a hold that somebody else placed."""
        visible = Declaration.objects.visible_to(request.user).order_by()
        hold = Hold.objects.select_related("declaration").get(public_id=hold_id, declaration__in=visible)
        permissions.check_can_lift(request.user, hold)
        body = self.read(bodies.ReasonBody)
        hold = holds.lift(public_id=hold_id, reason=body["reason"], by=self.person, now=self.now)
        return Response(shapes.hold(hold))


class Inspections(ApiView):
    """Work orders."""

    @extend_schema(
        operation_id="listInspections", parameters=[bodies.InspectionQuery], responses=page_of(answers.InspectionAnswer)
    )
    def get(self, request: Request) -> Response:
        """List examinations at the officer's ports, last ordered first. Exporters see theirs on the vehicle."""
        query = self.read_query(bodies.InspectionQuery)
        roles = roles_of(request.user)
        if not roles.is_officer:
            raise NotPermitted
        rows = _inspections(request.user).exclude(vehicle__declaration__organisation__in=roles.organisations)
        if query.get("vin"):
            rows = rows.filter(vehicle__vin=vin.normalise(query["vin"]))
        if "status" in query:
            rows = rows.filter(status=query["status"])
        if "port" in query:
            rows = rows.filter(vehicle__declaration__port=query["port"])
        found, following = page(request, rows, query, by="ordered_at")
        return answer_page(found, following, shapes.inspection)

    @extend_schema(operation_id="orderInspection", request=bodies.OrderBody, responses={201: answers.InspectionAnswer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Order the examination of the vehicle that is live under a VIN; whoever acts at its port may."""
        body = self.read(bodies.OrderBody)
        vehicle = _live_vehicle(request.user, body["vehicle"])
        permissions.check_can_order_inspection(request.user, vehicle.declaration, body["agency"])
        text = body.get("because") or body.get("reason")
        if not text:
            raise Unacceptable([Problem(REQUIRED, "/because")])
        inspection = inspections.order(
            vehicle_id=vehicle.pk,
            text=text,
            agency=body["agency"],
            checks=body["checks"],
            by=self.person,
            now=self.now,
        )
        return Response(shapes.inspection(inspection), status=201)


class StartInspection(ApiView):
    """The beginning of an examination."""

    @extend_schema(operation_id="startInspection", request=None, responses=answers.InspectionAnswer)
    @idempotent
    def post(self, request: Request, inspection_id: uuid.UUID) -> Response:
        """Begin to examine."""
        _inspections(request.user).get(public_id=inspection_id)
        self.read(bodies.NothingBody)
        return Response(shapes.inspection(inspections.start(public_id=inspection_id, by=self.person, now=self.now)))


class StartByCode(ApiView):
    """The beginning of an examination, by the pass that was shown."""

    @extend_schema(
        operation_id="startInspectionByCode", request=bodies.StartByCodeBody, responses=answers.InspectionAnswer
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin to examine the vehicle whose pass, manual code or VIN is sent."""
        roles = roles_of(request.user)
        if not roles.is_officer:
            raise NotPermitted
        body = self.read(bodies.StartByCodeBody)
        ports = roles.ports()
        port = body.get("port") or (next(iter(ports)) if ports is not None and len(ports) == 1 else "")
        if not port:
            raise Unacceptable([Problem(REQUIRED, "/port")])
        if ports is not None and port not in ports:
            raise NotPermitted
        inspection = at_bay.start(text=body["code"], port=port, by=self.person, now=self.now)
        return Response(shapes.inspection(inspection))


class EndInspection(ApiView):
    """The result of an examination."""

    @extend_schema(operation_id="endInspection", request=bodies.ResultBody, responses=answers.InspectionAnswer)
    @idempotent
    def post(self, request: Request, inspection_id: uuid.UUID) -> Response:
        """Record the result; a failure says what follows and orders the next examination."""
        inspection = _inspections(request.user).get(public_id=inspection_id)
        permissions.check_can_inspect(request.user, inspection.vehicle.declaration, inspection.agency)
        body = self.read(bodies.ResultBody)
        satisfactory = body["result"] == bodies.InspectionResultName.SATISFACTORY
        if not satisfactory and not body.get("next"):
            raise Unacceptable([Problem(NEXT_REQUIRED, "/next")])
        inspection = inspections.finish(
            public_id=inspection_id,
            satisfactory=satisfactory,
            findings=body["findings"],
            finding_codes=body["finding_codes"],
            checks=body["checks"],
            next_step=body.get("next") or "",
            by=self.person,
            now=self.now,
        )
        return Response(shapes.inspection(inspection))


class WaiveInspection(ApiView):
    """An examination that is let go."""

    @extend_schema(operation_id="waiveInspection", request=bodies.ReasonBody, responses=answers.InspectionAnswer)
    @idempotent
    def post(self, request: Request, inspection_id: uuid.UUID) -> Response:
        """Waive an order; a supervisor, and never one that follows a failure."""
        inspection = _inspections(request.user).get(public_id=inspection_id)
        permissions.check_can_waive(request.user, inspection.vehicle.declaration, inspection.agency)
        body = self.read(bodies.ReasonBody)
        inspection = inspections.waive(public_id=inspection_id, reason=body["reason"], by=self.person, now=self.now)
        return Response(shapes.inspection(inspection))


class GrantOverride(ApiView):
    """The second person."""

    @extend_schema(operation_id="grantOverride", request=None, responses=answers.OverrideAnswer)
    @idempotent
    def post(self, request: Request, override_id: uuid.UUID) -> Response:
        """Agree to an override that another officer asked for; it lasts thirty minutes."""
        visible = Declaration.objects.visible_to(request.user).order_by()
        Override.objects.get(public_id=override_id, vehicle__declaration__in=visible)
        self.read(bodies.NothingBody)
        return Response(shapes.override(overrides.grant(public_id=override_id, by=self.person, now=self.now)))


def _live_vehicle(user: Any, text: str) -> Vehicle:
    """The vehicle that is live under a VIN.

    Raises: DoesNotExist, also for whoever may not see it.
    """
    return Vehicle.objects.visible_to(user).select_related("declaration").get(vin=vin.normalise(text), live=True)


def _inspections(user: Any) -> QuerySet[Inspection]:
    visible = Declaration.objects.visible_to(user).order_by()
    return Inspection.objects.filter(vehicle__declaration__in=visible).select_related("vehicle__declaration")
