"""Declarations: list, new, check, one, change; and the verbs on the whole."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from declarations import actions, checks, permissions
from declarations.api import answers, bodies, shapes
from declarations.api.frame import ApiView, answer_page, idempotent, page, page_of
from declarations.api.frame.reading import BadShape
from declarations.api.rooms import DeclarationRoom
from declarations.checks.fields import CHOICE_UNKNOWN, REQUIRED
from declarations.clearance import decisions
from declarations.errors import NotPermitted, Unacceptable
from declarations.models import Declaration, Organisation, Vehicle, load_reference, roles_of
from declarations.models.licences import licence_book
from declarations.models.stays import stays_of_drivers
from declarations.problems import Problem, explain

CHANNEL_HIDDEN = explain("CHANNEL_HIDDEN", _("Only officers filter by channel."))
DUE_IN_THE_PAST = explain("DUE_IN_THE_PAST", _("The time for an answer lies in the past. Choose a later one."))


class Declarations(DeclarationRoom):
    """All declarations that the key's user may see."""

    @extend_schema(
        operation_id="listDeclarations",
        parameters=[bodies.DeclarationQuery],
        responses=page_of(answers.DeclarationSummary),
    )
    def get(self, request: Request) -> Response:
        """List declarations, last changed first."""
        query = self.read_query(bodies.DeclarationQuery)
        if "channel" in query and not roles_of(request.user).is_officer:
            raise BadShape([Problem(CHANNEL_HIDDEN, "?channel")])
        found = _filtered(Declaration.objects.visible_to(request.user), query, user=request.user)
        rows, following = page(request, shapes.listed(found), query, by="updated_at")
        return answer_page(rows, following, lambda row: shapes.summary(row, user=request.user))

    @extend_schema(
        operation_id="createDeclaration", request=bodies.NewDeclarationBody, responses={201: answers.DeclarationAnswer}
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Store a draft, however incomplete; its problems are told."""
        body = self.read(bodies.NewDeclarationBody)
        organisation = _exporter(request.user, body.pop("exporter", ""))
        declaration = actions.create(organisation=organisation, body=body, by=self.person, now=self.now)
        address = reverse("api-declaration", kwargs={"reference": declaration.reference})
        return self.answer_whole(declaration.pk, status=201, headers={"Location": address})


class CheckDeclaration(ApiView):
    """What would be wrong."""

    @extend_schema(
        operation_id="checkDeclaration", request=bodies.NewDeclarationBody, responses={200: answers.ProblemsAnswer}
    )
    def post(self, request: Request) -> Response:
        """Tell the problems of a body; nothing is stored."""
        body = self.read(bodies.NewDeclarationBody)
        exporter = body.pop("exporter", "")
        own = [each for each in permissions.declares_for(request.user) if exporter in ("", each.uscc)]
        found = checks.check(
            body,
            reference=load_reference(),
            today=timezone.localdate(self.now),
            licences=licence_book(own[0].pk) if len(own) == 1 else {},
            stays=stays_of_drivers(body, body.get("vehicles") or (), now=self.now),
        )
        return Response({"problems": shapes.problems(found)})


class OneDeclaration(DeclarationRoom):
    """One declaration."""

    @extend_schema(operation_id="readDeclaration", responses=answers.DeclarationAnswer)
    def get(self, request: Request, reference: str) -> Response:
        """Read a declaration with its problems, its vehicles and how ready they are."""
        visible = Declaration.objects.visible_to(request.user).filter(reference=reference)
        declaration = shapes.whole(visible).get()
        body = shapes.detail(declaration, user=request.user, now=self.now)
        return Response(body, headers={"ETag": declaration.etag})

    @extend_schema(
        operation_id="changeDeclaration", request=bodies.DeclarationBody, responses=answers.DeclarationAnswer
    )
    def patch(self, request: Request, reference: str) -> Response:
        """Merge changes; vehicles are matched by VIN. After lodging it is an amendment and has to pass the checks."""
        with self.changing(reference) as declaration:
            body = self.read(bodies.DeclarationBody)
            actions.amend(declaration_id=declaration.pk, body=body, by=self.person, now=self.now)
        return self.answer_whole(declaration.pk)


class Lodge(DeclarationRoom):
    """Hand in for clearance."""

    @extend_schema(operation_id="lodgeDeclaration", request=bodies.LodgeBody, responses={202: answers.LodgedAnswer})
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Lodge a draft; a worker decides within seconds. leave_out moves bad vehicles to a new draft."""
        with self.changing(reference) as declaration:
            body = self.read(bodies.LodgeBody)
            lodged = actions.lodge(
                declaration_id=declaration.pk,
                leave_out=body["leave_out"],
                confirmed=body["confirmed"],
                by=self.person,
                now=self.now,
            )
        left_out = lodged.left_out and {"reference": lodged.left_out.reference, "vins": list(lodged.left_out_vins)}
        answer = {"reference": lodged.declaration.reference, "status": lodged.declaration.status, "left_out": left_out}
        return Response(answer, status=202, headers={"ETag": lodged.declaration.etag})


class Cancel(DeclarationRoom):
    """Call off."""

    @extend_schema(operation_id="cancelDeclaration", request=bodies.ReasonBody, responses=answers.DeclarationAnswer)
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Cancel: the declarant while nothing was presented, a supervisor while nothing stands in the port."""
        with self.changing(reference) as declaration:
            body = self.read(bodies.ReasonBody)
            actions.cancel(declaration_id=declaration.pk, reason=body["reason"], by=self.person, now=self.now)
        return self.answer_whole(declaration.pk)


class Decide(DeclarationRoom):
    """The documents officer."""

    @extend_schema(operation_id="decideDeclaration", request=bodies.DecisionBody, responses=answers.DeclarationAnswer)
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Release, refuse or ask for documents: the whole while UNDER_CONTROL, or the checks of named vehicles."""
        with self.changing(reference) as declaration:
            permissions.check_can_decide(request.user, declaration)
            body = self.read(bodies.DecisionBody)
            _expect_documents(body, self.now)
            decisions.decide(
                declaration_id=declaration.pk,
                result=body["result"],
                reason=body["reason"],
                vins=body.get("vehicles"),
                documents=body.get("documents") or (),
                due_at=body.get("due_at"),
                by=self.person,
                now=self.now,
            )
        return self.answer_whole(declaration.pk)


class Answer(DeclarationRoom):
    """The exporter's answer."""

    @extend_schema(operation_id="answerRequest", request=bodies.AnswerBody, responses=answers.DeclarationAnswer)
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Answer what customs asked; the declaration goes back to the officer."""
        with self.changing(reference) as declaration:
            body = self.read(bodies.AnswerBody)
            actions.answer(declaration_id=declaration.pk, text=body["text"], by=self.person, now=self.now)
        return self.answer_whole(declaration.pk)


class Appeal(DeclarationRoom):
    """Against a refusal."""

    @extend_schema(operation_id="appealRefusal", request=bodies.ReasonBody, responses=answers.DeclarationAnswer)
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """The exporter appeals within the term; a supervisor's call grants the appeal."""
        with self.changing(reference) as declaration:
            body = self.read(bodies.ReasonBody)
            grants = permissions.can_grant_appeal(request.user, declaration)
            act = decisions.grant_appeal if grants else actions.appeal
            act(declaration_id=declaration.pk, reason=body["reason"], by=self.person, now=self.now)
        return self.answer_whole(declaration.pk)


class Overdue(DeclarationRoom):
    """The end of the wait for documents."""

    @extend_schema(operation_id="confirmOverdue", request=bodies.ReasonBody, responses={200: answers.DeclarationAnswer})
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Confirm that the documents did not come in time; the declaration is refused."""
        with self.changing(reference) as declaration:
            permissions.check_can_decide(request.user, declaration)
            body = self.read(bodies.ReasonBody)
            decisions.confirm_overdue(
                declaration_id=declaration.pk, reason=body["reason"], by=self.person, now=self.now
            )
        return self.answer_whole(declaration.pk)


class Copy(DeclarationRoom):
    """Declare again."""

    @extend_schema(operation_id="copyDeclaration", request=bodies.CopyBody, responses={201: answers.DeclarationAnswer})
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Make a new draft with everything of this declaration but its passes and the planned arrival.

        Of its vehicles all, or those whose VINs are named.
        """
        with self.changing(reference) as declaration:
            vins = self.read(bodies.CopyBody)["vehicles"]
            wanted = None if vins is None else [self.vehicle_of(declaration, vin).pk for vin in vins]
            draft = actions.copy(declaration_id=declaration.pk, vehicle_ids=wanted, by=self.person, now=self.now)
        address = reverse("api-declaration", kwargs={"reference": draft.reference})
        return self.answer_whole(draft.pk, status=201, headers={"Location": address})


def _exporter(user: object, uscc: str) -> Organisation:
    """The enterprise for which this user declares.

    Raises: NotPermitted for somebody who declares for none; Unacceptable when it is not clear for which.
    """
    own = permissions.declares_for(user)
    if not own:
        raise NotPermitted
    if uscc:
        own = [each for each in own if each.uscc == uscc.strip().upper()]
        if not own:
            raise Unacceptable([Problem(CHOICE_UNKNOWN, "/exporter", values={"value": uscc})])
    if len(own) > 1:
        raise Unacceptable([Problem(REQUIRED, "/exporter")])
    return own[0]


def _filtered(rows: QuerySet[Declaration], query: dict[str, Any], *, user: object) -> QuerySet[Declaration]:
    for name, column in (("status", "status"), ("port", "port"), ("updated_after", "updated_at__gt")):
        if name in query:
            rows = rows.filter(**{column: query[name]})
    if "channel" in query:
        # An officer who also declares must not read the channel of his own declarations off the filter.
        rows = rows.filter(channel=query["channel"]).exclude(organisation__in=roles_of(user).organisations)
    if query.get("vin"):
        rows = rows.filter(pk__in=Vehicle.objects.found_by(query["vin"]).order_by().values("declaration"))
    return rows


def _expect_documents(body: dict[str, Any], now: Any) -> None:
    """A request names what it wants, and leaves time for it."""
    found = []
    if body["result"] == bodies.DecisionName.REQUEST_DOCUMENTS:
        if not body.get("documents"):
            found.append(Problem(REQUIRED, "/documents"))
        if body.get("due_at") is not None and body["due_at"] <= now:
            found.append(Problem(DUE_IN_THE_PAST, "/due_at"))
    if found:
        raise Unacceptable(found)
