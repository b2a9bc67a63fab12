"""Addresses of the API of declarations, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from declarations.api import controls, declarations, documents, reference, vehicles


class Word(StringConverter):
    """A reference, a VIN, a list's name: short, and without NUL, which PostgreSQL cannot be asked for."""

    regex = "[^/\x00]{1,40}"


register_converter(Word, "word")

DECLARATION = "declarations/<word:reference>"
VEHICLE = f"{DECLARATION}/vehicles/<word:vin>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("declarations", declarations.Declarations.as_view(), name="api-declarations"),
    path("declarations/check", declarations.CheckDeclaration.as_view(), name="api-check"),
    path(DECLARATION, declarations.OneDeclaration.as_view(), name="api-declaration"),
    path(f"{DECLARATION}/lodge", declarations.Lodge.as_view(), name="api-lodge"),
    path(f"{DECLARATION}/cancel", declarations.Cancel.as_view(), name="api-cancel"),
    path(f"{DECLARATION}/decision", declarations.Decide.as_view(), name="api-decision"),
    path(f"{DECLARATION}/answer", declarations.Answer.as_view(), name="api-answer"),
    path(f"{DECLARATION}/appeal", declarations.Appeal.as_view(), name="api-appeal"),
    path(f"{DECLARATION}/overdue", declarations.Overdue.as_view(), name="api-overdue"),
    path(f"{DECLARATION}/copy", declarations.Copy.as_view(), name="api-copy"),
    path(f"{DECLARATION}/paperwork", documents.Paperwork.as_view(), name="api-paperwork"),
    path(f"{DECLARATION}/documents", documents.Documents.as_view(), name="api-documents"),
    path(f"{DECLARATION}/documents/<uuid:document_id>", documents.OneDocument.as_view(), name="api-document"),
    path(
        f"{DECLARATION}/documents/<uuid:document_id>/content", documents.Content.as_view(), name="api-document-content"
    ),
    path(f"{DECLARATION}/vehicles", vehicles.Vehicles.as_view(), name="api-vehicles"),
    path(VEHICLE, vehicles.OneVehicle.as_view(), name="api-vehicle"),
    path(f"{VEHICLE}/override", vehicles.AcceptProblem.as_view(), name="api-accept-problem"),
    path(f"{VEHICLE}/ask", vehicles.AskOfficer.as_view(), name="api-ask"),
    path(f"{VEHICLE}/returned", vehicles.Returned.as_view(), name="api-returned"),
    path(f"{VEHICLE}/driver-returned", vehicles.DriverReturned.as_view(), name="api-driver-returned"),
    path(f"{VEHICLE}/detain", vehicles.Detain.as_view(), name="api-detain"),
    path(f"{VEHICLE}/end-detention", vehicles.EndDetention.as_view(), name="api-end-detention"),
    path(f"{VEHICLE}/pass", vehicles.ThePass.as_view(), name="api-pass"),
    path(f"{VEHICLE}/pass/renew", vehicles.RenewPass.as_view(), name="api-renew-pass"),
    path(f"{VEHICLE}/pass.png", vehicles.PassPng.as_view(), name="api-pass-png"),
    path(f"{VEHICLE}/pass.pdf", vehicles.PassPdf.as_view(), name="api-pass-pdf"),
    path(f"{VEHICLE}/pass.svg", vehicles.PassSvg.as_view(), name="api-pass-svg"),
    path("holds", controls.Holds.as_view(), name="api-holds"),
    path("holds/<uuid:hold_id>/lift", controls.LiftHold.as_view(), name="api-lift"),
    path("inspections", controls.Inspections.as_view(), name="api-inspections"),
    path("inspections/start", controls.StartByCode.as_view(), name="api-inspection-start-by-code"),
    path("inspections/<uuid:inspection_id>/start", controls.StartInspection.as_view(), name="api-inspection-start"),
    path("inspections/<uuid:inspection_id>/result", controls.EndInspection.as_view(), name="api-inspection-result"),
    path("inspections/<uuid:inspection_id>/waive", controls.WaiveInspection.as_view(), name="api-inspection-waive"),
    path("overrides/<uuid:override_id>/grant", controls.GrantOverride.as_view(), name="api-override-grant"),
    path("pass-keys", reference.PassKeys.as_view(), name="api-pass-keys"),
    path("reference/<word:name>", reference.CodeList.as_view(), name="api-reference"),
]
