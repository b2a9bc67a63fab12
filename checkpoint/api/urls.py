"""Addresses of the gate's API, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from checkpoint.api import lanes, machines, offline, passages, reference, scans

PASSAGE = "passages/<uuid:passage_id>"
LANE = "lanes/<str:lane>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("scans", scans.Scans.as_view(), name="api-scans"),
    path("manifest", offline.Manifest.as_view(), name="api-manifest"),
    path("passages/sync", offline.Sync.as_view(), name="api-sync"),
    path("passages", passages.Passages.as_view(), name="api-passages"),
    path(PASSAGE, passages.OnePassage.as_view(), name="api-passage"),
    path(f"{PASSAGE}/decision", passages.DecidePassage.as_view(), name="api-passage-decision"),
    path(f"{PASSAGE}/annul", passages.AnnulPassage.as_view(), name="api-passage-annul"),
    path(f"{PASSAGE}/contest", passages.Contest.as_view(), name="api-passage-contest"),
    path(f"{PASSAGE}/override", passages.AskOverride.as_view(), name="api-passage-override"),
    path("devices/enrol", machines.Enrol.as_view(), name="api-enrol"),
    path("devices/heartbeat", machines.Beat.as_view(), name="api-heartbeat"),
    path(f"{LANE}/orders", lanes.Orders.as_view(), name="api-orders"),
    path(f"{LANE}/orders/<uuid:order_id>/ack", lanes.Acknowledge.as_view(), name="api-order-ack"),
    path(f"{LANE}/lift", lanes.Lift.as_view(), name="api-lift"),
    path("reference/reasons", reference.Reasons.as_view(), name="api-reasons"),
]
