"""Addresses of the exporter's pages. A vehicle goes by its place in its declaration: a draft may have no VIN yet."""

from django.urls import URLPattern, URLResolver, include, path

from declarations.views import asking, detail, drafting, home, listing, lodging, passing, printing, vehicles

ONE = "declarations/<str:reference>"
VEHICLE = f"{ONE}/vehicles/<int:place>"

pages: list[URLPattern | URLResolver] = [
    path("declarations", listing.index, name="list"),
    path("declarations/new", drafting.new, name="new"),
    path("declarations/new/check", drafting.check_new, name="check-new"),
    path(ONE, detail.show, name="detail"),
    path(f"{ONE}/progress", detail.progress, name="progress"),
    path(f"{ONE}/sections/<str:code>", drafting.edit, name="section"),
    path(f"{ONE}/sections/<str:code>/check", drafting.check, name="check-section"),
    path(f"{ONE}/answers", lodging.answers, name="answers"),
    path(f"{ONE}/arrival", drafting.arrival, name="arrival"),
    path(f"{ONE}/copy", drafting.copy, name="copy"),
    path(f"{ONE}/cancel", asking.cancel, name="cancel"),
    path(f"{ONE}/answer", asking.answer, name="answer"),
    path(f"{ONE}/appeal", asking.appeal, name="appeal"),
    path(f"{ONE}/print", printing.show, name="print"),
    path(f"{ONE}/print/progress", printing.progress, name="print-progress"),
    path(f"{ONE}/print/cancel", printing.cancel, name="print-cancel"),
    path(f"{ONE}/print/file", printing.file, name="print-file"),
    path(f"{ONE}/vehicles", vehicles.index, name="vehicles"),
    path(f"{ONE}/vehicles/new", vehicles.add, name="vehicle-new"),
    path(f"{ONE}/vehicles/check", vehicles.check, name="vehicle-check"),
    path(VEHICLE, vehicles.edit, name="vehicle"),
    path(f"{VEHICLE}/driver", vehicles.part, {"name": "driver"}, name="vehicle-driver"),
    path(f"{VEHICLE}/papers", vehicles.part, {"name": "papers"}, name="vehicle-papers"),
    path(f"{VEHICLE}/remove", vehicles.remove, name="remove"),
    path(f"{VEHICLE}/withdraw", asking.withdraw, name="withdraw"),
    path(f"{VEHICLE}/renew", asking.renew, name="renew"),
    path(f"{VEHICLE}/ask/<str:code>", asking.ask, name="ask"),
    path(f"{VEHICLE}/pass", passing.show, name="pass"),
    path(f"{VEHICLE}/pass.svg", passing.svg, name="pass-svg"),
    path(f"{VEHICLE}/pass.png", passing.png, name="pass-png"),
    path(f"{VEHICLE}/pass.pdf", passing.pdf, name="pass-pdf"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include((pages, "declarations"))),
]
