"""Passages for officers: read them, decide them, annul them, ask for an override."""

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from checkpoint import desk, permissions
from checkpoint.api import bodies
from checkpoint.models import Passage
from checkpoint.scanning.answer import payload_of
from declarations import vin
from declarations.api.frame import ApiView, answer_page, idempotent, page, page_of
from declarations.errors import NotPermitted
from declarations.models import roles_of


class Passages(ApiView):
    """What was asked and answered at the officer's ports."""

    @extend_schema(
        operation_id="listPassages", parameters=[bodies.PassageQuery], responses=page_of(bodies.PassageAnswer)
    )
    def get(self, request: Request) -> Response:
        """List passages, newest first."""
        query = self.read_query(bodies.PassageQuery)
        if not roles_of(request.user).is_officer:
            raise NotPermitted
        rows = _passages(request.user)
        for name in ("port", "stage", "verdict"):
            if name in query:
                rows = rows.filter(**{name: query[name]})
        if query.get("vin"):
            rows = rows.filter(vehicle__vin=vin.normalise(query["vin"]))
        if "open" in query:
            rows = rows.filter(case__isnull=False, case__closed_at__isnull=query["open"])
        found, following = page(request, rows, query, by="decided_at")
        return answer_page(found, following, shape)


class OnePassage(ApiView):
    """One passage."""

    @extend_schema(operation_id="readPassage", responses=bodies.PassageAnswer)
    def get(self, request: Request, passage_id: uuid.UUID) -> Response:
        """Read a passage with what became of it."""
        return Response(shape(_passages(request.user).get(pk=passage_id)))


class DecidePassage(ApiView):
    """An officer at the gate, or the control room."""

    @extend_schema(operation_id="decidePassage", request=bodies.PassageDecisionBody, responses=bodies.PassageAnswer)
    @idempotent
    def post(self, request: Request, passage_id: uuid.UUID) -> Response:
        """Release, inspect or turn back after MANUAL or ALARM; 409 unless it is the vehicle's newest at this stage."""
        permissions.check_can_decide_passage(request.user, _passages(request.user).get(pk=passage_id))
        body = self.read(bodies.PassageDecisionBody)
        desk.decide(
            passage_id=passage_id,
            result=body["result"],
            reason=body["reason"],
            vin=body.get("vin") or "",
            by=self.person,
            now=self.now,
        )
        return Response(shape(_passages(request.user).get(pk=passage_id)))


class AnnulPassage(ApiView):
    """The way back."""

    @extend_schema(operation_id="annulPassage", request=bodies.WhyBody, responses=bodies.PassageAnswer)
    @idempotent
    def post(self, request: Request, passage_id: uuid.UUID) -> Response:
        """Annul the admission of this passage: the barrier did not open, or it was the wrong car."""
        permissions.check_can_annul(request.user, _passages(request.user).get(pk=passage_id), self.now)
        body = self.read(bodies.WhyBody)
        desk.annul(passage_id=passage_id, reason=body["reason"], by=self.person, now=self.now)
        return Response(shape(_passages(request.user).get(pk=passage_id)))


class Contest(ApiView):
    """This is the declared car; the one before was another."""

    @extend_schema(operation_id="contestPassage", request=bodies.ContestBody, responses={200: bodies.PassageAnswer})
    @idempotent
    def post(self, request: Request, passage_id: uuid.UUID) -> Response:
        """Say which VIN was read on the car; if it is the declared one a second person annuls the earlier admission."""
        permissions.check_can_decide_passage(request.user, _passages(request.user).get(pk=passage_id))
        body = self.read(bodies.ContestBody)
        desk.contest(passage_id=passage_id, **body, by=self.person, now=self.now)
        return Response(shape(_passages(request.user).get(pk=passage_id)))


class AskOverride(ApiView):
    """The first of two people."""

    @extend_schema(operation_id="askOverride", request=bodies.WhyBody, responses={201: bodies.OverrideAskedAnswer})
    @idempotent
    def post(self, request: Request, passage_id: uuid.UUID) -> Response:
        """Ask a second person to set hold or document check aside for this vehicle and stage."""
        permissions.check_can_decide_passage(request.user, _passages(request.user).get(pk=passage_id))
        body = self.read(bodies.WhyBody)
        row = desk.ask_override(passage_id=passage_id, reason=body["reason"], by=self.person, now=self.now)
        shown = {
            "id": str(row.public_id),
            "stage": row.stage,
            "reason": row.reason,
            "asked_at": row.asked_at,
            "expires_at": row.expires_at,
        }
        return Response(shown, status=201)


def shape(passage: Passage) -> dict[str, Any]:
    """A passage as officers read it."""
    case = getattr(passage, "case", None)
    told = case and {
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "closed_by": case.closed_by.get_username() if case.closed_by else None,
        "result": case.result or None,
        "reason": case.reason,
        "vin_read": case.vin_read,
    }
    seen = {name: value for name, value in passage.seen.items() if name != "card"}
    return {**payload_of(vars(passage), lane=passage.lane.code), "seen": seen, "case": told}


def _passages(user: Any) -> QuerySet[Passage]:
    return Passage.objects.visible_to(user).select_related("lane", "case__closed_by")
