"""Addresses of the officers' pages."""

from django.urls import URLPattern, URLResolver, path

from checkpoint.api import offline
from checkpoint.views import (
    cases,
    conflicts,
    desk,
    documents,
    dossier,
    home,
    inspections,
    lanes,
    machines,
    organisations,
    overrides,
    scan,
    shell,
    shifts,
    verbs,
    versions,
)

app_name = "checkpoint"

DECLARATION = "desk/declarations/<str:reference>"
VEHICLE = f"{DECLARATION}/vehicles/<str:vin>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.Home.as_view(), name="home"),
    path("find", home.Find.as_view(), name="find"),
    # the lane
    path("scan", scan.Resume.as_view(), name="resume"),
    path("scan/lanes", scan.Lanes.as_view(), name="lanes"),
    path("scan/lanes/<str:lane>", scan.Scan.as_view(), name="scan"),
    # lanes and their machines
    path("devices", machines.Devices.as_view(), name="devices"),
    path("devices/add", machines.Add.as_view(), name="add-device"),
    path("devices/<uuid:device>", machines.DevicePage.as_view(), name="device"),
    path("devices/<uuid:device>/code", machines.MakeCode.as_view(), name="device-code"),
    path("devices/<uuid:device>/move", machines.Move.as_view(), name="move-device"),
    path("devices/<uuid:device>/revoke", machines.Revoke.as_view(), name="revoke-device"),
    path("lanes/<str:lane>", lanes.LanePage.as_view(), name="lane"),
    path("lanes/<str:lane>/display", lanes.MakeDisplay.as_view(), name="make-display"),
    path("lanes/<str:lane>/lift", lanes.Lift.as_view(), name="lift-barrier"),
    path("lifts/<uuid:lift>/photo", lanes.photo, name="lift-photo"),
    path("scan/lanes/<str:lane>/manifest", offline.OfficersManifest.as_view(), name="manifest"),
    path("scan/lanes/<str:lane>/sync", offline.OfficersSync.as_view(), name="sync"),
    path("scan/end", shifts.End.as_view(), name="end-shift"),
    path("scan/manifest.webmanifest", shell.manifest, name="scan-manifest"),
    path("scan/worker.js", shell.worker, name="scan-worker"),
    # cases
    path("cases", cases.Cases.as_view(), name="cases"),
    path("passages/<uuid:passage>", cases.PassagePage.as_view(), name="passage"),
    path("passages/<uuid:passage>/annul", cases.Annul.as_view(), name="annul"),
    path("passages/<uuid:passage>/contest", cases.Contest.as_view(), name="contest"),
    path("passages/<uuid:passage>/override", cases.AskOverride.as_view(), name="ask-override"),
    path("conflicts", conflicts.Conflicts.as_view(), name="conflicts"),
    path("conflicts/<uuid:conflict>", conflicts.ConflictPage.as_view(), name="conflict"),
    path("overrides", overrides.Overrides.as_view(), name="overrides"),
    path("overrides/<uuid:override>/grant", overrides.Grant.as_view(), name="grant-override"),
    # the desk
    path("desk", desk.Desk.as_view(), name="desk"),
    path(DECLARATION, dossier.DeclarationPage.as_view(), name="declaration"),
    path(f"{DECLARATION}/documents", documents.Documents.as_view(), name="documents"),
    path(f"{DECLARATION}/versions", versions.Versions.as_view(), name="versions"),
    path(f"{DECLARATION}/hold", verbs.PlaceHold.as_view(), name="hold"),
    path(f"{DECLARATION}/release", verbs.Release.as_view(), name="release"),
    path(f"{DECLARATION}/refuse", verbs.Refuse.as_view(), name="refuse"),
    path(f"{DECLARATION}/request", verbs.RequestDocuments.as_view(), name="request"),
    path(f"{DECLARATION}/accept-papers", verbs.AcceptPapers.as_view(), name="accept-papers"),
    path(f"{DECLARATION}/refuse-papers", verbs.RefusePapers.as_view(), name="refuse-papers"),
    path(f"{DECLARATION}/overdue", verbs.ConfirmOverdue.as_view(), name="overdue"),
    path(f"{DECLARATION}/appeal", verbs.GrantAppeal.as_view(), name="appeal"),
    path(f"{DECLARATION}/problem", verbs.AcceptProblem.as_view(), name="accept-problem"),
    path(VEHICLE, dossier.VehiclePage.as_view(), name="vehicle"),
    path(f"{VEHICLE}/hold", verbs.PlaceVehicleHold.as_view(), name="vehicle-hold"),
    path(f"{VEHICLE}/inspection", verbs.OrderInspection.as_view(), name="order-inspection"),
    path(f"{VEHICLE}/detain", verbs.Detain.as_view(), name="detain"),
    path(f"{VEHICLE}/end-detention", verbs.EndDetention.as_view(), name="end-detention"),
    path(f"{VEHICLE}/returned", verbs.RecordReturn.as_view(), name="returned"),
    path("holds/<uuid:hold>/lift", verbs.LiftHold.as_view(), name="lift"),
    # organisations and officers
    path("organisations", organisations.Organisations.as_view(), name="organisations"),
    path("organisations/<str:newcomer>/verify", organisations.Verify.as_view(), name="verify-organisation"),
    path("organisations/<str:newcomer>/refuse", organisations.RefuseOrganisation.as_view(), name="refuse-organisation"),
    path("people", organisations.People.as_view(), name="people"),
    path("people/<uuid:officer>/recover", organisations.Recover.as_view(), name="recover"),
    # inspections
    path("inspections", inspections.Inspections.as_view(), name="inspections"),
    path("inspections/begin", inspections.AtBay.as_view(), name="at-bay"),
    path("inspections/<uuid:inspection>/bay", inspections.MoveToBay.as_view(), name="move-to-bay"),
    path("inspections/<uuid:inspection>", inspections.InspectionPage.as_view(), name="inspection"),
    path("inspections/<uuid:inspection>/start", inspections.Start.as_view(), name="start-inspection"),
    path("inspections/<uuid:inspection>/result", inspections.Finish.as_view(), name="finish-inspection"),
    path("inspections/<uuid:inspection>/waive", inspections.Waive.as_view(), name="waive-inspection"),
]
