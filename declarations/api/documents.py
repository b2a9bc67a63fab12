"""Papers: the task list, their files, one file."""

import base64
import binascii
from typing import Any
from uuid import UUID

import structlog
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from declarations import permissions
from declarations.actions import documents
from declarations.api import answers, bodies
from declarations.api.frame import FormParser, JsonParser, PageQuery, answer_page, idempotent, page, page_of
from declarations.api.rooms import DeclarationRoom
from declarations.errors import Unacceptable
from declarations.models import Declaration, Document
from declarations.models.paperwork import paperwork
from declarations.paperwork import Task
from declarations.problems import Problem, explain

BASE64 = explain("BASE64", _("The content is no base64. Encode the bytes of the file anew."))

log = structlog.get_logger(__name__)


class DocumentRoom(DeclarationRoom):
    """A view below the documents of a declaration."""

    def documents_of(self, declaration: Declaration) -> Any:
        """Those that this user may see: what was taken back is for officers alone."""
        rows = Document.objects.filter(declaration=declaration)
        return rows.present() if permissions.can_change(self.request.user, declaration) else rows


class Paperwork(DeclarationRoom):
    """What is needed."""

    @extend_schema(operation_id="readPaperwork", responses=answers.PaperworkAnswer)
    def get(self, request: Request, reference: str) -> Response:
        """Tell which papers the declaration and each of its vehicles need, how far each is, and what to do next."""
        declaration = Declaration.objects.visible_to(request.user).get(reference=reference)
        found = paperwork(declaration, now=self.now)
        return Response(
            {
                "open": found.open,
                "papers": [_task(each) for each in found.tasks],
                "vehicles": [
                    {"vin": row.vehicle.vin or None, "papers": [_task(each) for each in row.tasks]}
                    for row in found.vehicles
                ],
            }
        )


class Documents(DocumentRoom):
    """The files of a declaration."""

    most_bytes = bodies.MOST_BASE64 + 100_000
    parser_classes = [JsonParser, FormParser]
    form_body = bodies.DocumentBody

    @extend_schema(operation_id="listDocuments", parameters=[PageQuery], responses=page_of(answers.FileAnswer))
    def get(self, request: Request, reference: str) -> Response:
        """List the files, newest first."""
        query = self.read_query(PageQuery)
        declaration = Declaration.objects.visible_to(request.user).get(reference=reference)
        rows = self.documents_of(declaration).with_people()
        found, following = page(request, rows, query, by="uploaded_at")
        return answer_page(found, following, _file)

    @extend_schema(
        operation_id="addDocument",
        request={"application/json": bodies.DocumentBody, "multipart/form-data": bodies.DocumentForm},
        responses={201: answers.FilesAnswer},
    )
    @idempotent
    def post(self, request: Request, reference: str) -> Response:
        """Put a file of a paper on the vehicles named, or on the declaration; and enter what stands on it.

        As JSON the file is in base64, as a form (multipart/form-data) it is the part `file`; several `vins` are several
        parts. What the file is, its content says. The same file for the same paper stays one document.
        """
        with self.changing(reference) as declaration:
            body = self.read(bodies.DocumentBody)
            content = _decoded(body.get("content"))
            vehicles = [self.vehicle_of(declaration, vin) for vin in body.get("vins") or ()]
            made = documents.add(
                declaration_id=declaration.pk,
                code=body["code"],
                files=[(body.get("name") or "", content)] if content is not None else [],
                vehicle_ids=[row.pk for row in vehicles],
                details=body,
                by=self.person,
                now=self.now,
            )
        rows = Document.objects.with_people().filter(pk__in=[row.pk for row in made]).order_by("pk")
        return Response({"results": [_file(row) for row in rows]}, status=201)


class OneDocument(DocumentRoom):
    """One file."""

    @extend_schema(operation_id="readDocument", responses=answers.FileAnswer)
    def get(self, request: Request, reference: str, document_id: UUID) -> Response:
        """Read what is known of a file."""
        declaration = Declaration.objects.visible_to(request.user).get(reference=reference)
        return Response(_file(self.documents_of(declaration).with_people().get(public_id=document_id)))

    @extend_schema(operation_id="removeDocument", request=None, responses={204: None})
    def delete(self, request: Request, reference: str, document_id: UUID) -> Response:
        """Take a file back: from a draft it is gone, after lodging officers still see it, marked."""
        with self.changing(reference) as declaration:
            row = self.documents_of(declaration).get(public_id=document_id)
            documents.remove(document_id=row.pk, by=self.person, now=self.now)
        return Response(status=204)


class Content(DocumentRoom):
    """What a file says."""

    @extend_schema(
        operation_id="readDocumentContent",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "JPEG or PDF, to be saved.")
        },
    )
    def get(self, request: Request, reference: str, document_id: UUID) -> Any:
        """Read the file itself; that it was read is logged."""
        declaration = Declaration.objects.visible_to(request.user).get(reference=reference)
        rows = self.documents_of(declaration).exclude(content=None).select_related("content")
        row = rows.get(public_id=document_id)
        log.info("document_opened", document=str(row.public_id), user=self.person.pk)
        headers = {
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=row.name),
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(row.content.data, content_type="application/octet-stream", headers=headers)


def _decoded(text: str | None) -> bytes | None:
    """The bytes of a file; None where none was sent.

    Raises: Unacceptable.
    """
    if text is None:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unacceptable([Problem(BASE64, "/content")]) from None


def _file(row: Document) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "code": row.paper_id,
        "vin": row.vehicle.vin if row.vehicle else None,
        "name": row.name,
        "kind": row.kind,
        "size": row.size,
        "uploaded_at": row.uploaded_at,
        "uploaded_by": row.uploaded_by.get_username(),
        "answers_request": row.request_id is not None,
        "with_customs_since": row.lodged_at,
        "removed_at": row.removed_at,
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "code": task.kind.code,
        "name": str(task.kind.label),
        "state": task.state.value,
        "next": task.step.value,
        "needed": task.is_needed,
        "number": (task.paper.number or None) if task.paper else None,
        "valid_until": task.paper.valid_until if task.paper else None,
        "files": task.files,
        "until": task.until,
        "why": task.asked.why if task.asked else None,
    }
