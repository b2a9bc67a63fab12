"""Addresses of the exporter's pages. A vehicle goes by its place in its declaration: a draft may have no VIN yet."""

from django.urls import URLPattern, URLResolver, include, path

from declarations.views import (
    asking,
    catalogue,
    detail,
    drafting,
    home,
    linking,
    listing,
    lodging,
    passing,
    printing,
    sheet_rows,
    sheets,
    vehicles,
)
from declarations.views.ferrymen import choice, register, returns, statement
from declarations.views.linked import driver, ferryman, importer

ONE = "declarations/<str:reference>"
VEHICLE = f"{ONE}/vehicles/<int:place>"
DRIVER = "d/<str:driver_token>"
IMPORTER = "i/<str:importer_token>"
SHEET = "sheets/<uuid:sheet>"
FERRYMAN = "f/<str:ferryman_token>"
MEMBER = "ferrymen/<uuid:member>"
ROW = f"{SHEET}/rows/<int:number>"

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
    path(f"{ONE}/links", linking.of_declaration, name="links"),
    path(f"{ONE}/driver-links.csv", linking.csv, name="driver-links"),
    path(f"{ONE}/pool", choice.pool, name="pool"),
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
    path(f"{VEHICLE}/links", linking.of_vehicle, name="vehicle-links"),
    path(f"{VEHICLE}/links/code", linking.code, name="vehicle-code"),
    path(f"{VEHICLE}/links/driver.svg", linking.svg, name="driver-link-svg"),
    path(f"{VEHICLE}/photos/<uuid:photo>", linking.photo, name="vehicle-photo"),
    path(f"{ONE}/sheets/new", sheets.new, name="sheet-new"),
    path(f"{ONE}/sheets/template.xlsx", sheets.template, name="sheet-template"),
    path(SHEET, sheets.show, name="sheet"),
    path(f"{SHEET}/file", sheets.file, name="sheet-file"),
    path(f"{SHEET}/take", sheets.take, name="sheet-take"),
    path(f"{SHEET}/cancel", sheets.cancel, name="sheet-cancel"),
    path(f"{SHEET}/try-again", sheets.try_again, name="sheet-try-again"),
    path(ROW, sheet_rows.edit, name="sheet-row"),
    path(f"{ROW}/check", sheet_rows.check, name="sheet-row-check"),
    path(f"{ROW}/fix", sheet_rows.fix, name="sheet-row-fix"),
    path(f"{ROW}/leave-out", sheet_rows.leave_out, name="sheet-row-leave-out"),
    path(f"{ROW}/take-in", sheet_rows.take_in, name="sheet-row-take-in"),
    path("d/worker.js", driver.worker, name="driver-worker"),
    path(DRIVER, driver.show, name="driver"),
    path(f"{DRIVER}/pass.svg", driver.code, name="driver-code"),
    path(f"{DRIVER}/photos", driver.photograph, name="driver-photos"),
    path(f"{DRIVER}/phone", driver.listen, name="driver-phone"),
    path(IMPORTER, importer.show, name="importer"),
    path(f"{IMPORTER}/photos/<uuid:photo>", importer.photo, name="importer-photo"),
    path(FERRYMAN, ferryman.show, name="ferryman-own"),
    path(f"{FERRYMAN}/take", ferryman.take, name="ferryman-take"),
    path(f"{FERRYMAN}/vehicles/<int:vehicle>/give-back", ferryman.give_back, name="ferryman-give-back"),
    path(f"{FERRYMAN}/vehicles/<int:vehicle>/returned", ferryman.come_back, name="ferryman-returned"),
    path("ferrymen", register.index, name="ferrymen"),
    path("ferrymen/new", register.new, name="ferryman-new"),
    path("ferrymen/returns", returns.index, name="returns"),
    path("ferrymen/statement", statement.show, name="statement"),
    path("ferrymen/statement.csv", statement.file, {"ending": "csv"}, name="statement-csv"),
    path("ferrymen/statement.xlsx", statement.file, {"ending": "xlsx"}, name="statement-xlsx"),
    path(MEMBER, register.show, name="ferryman"),
    path(f"{MEMBER}/edit", register.edit, name="ferryman-edit"),
    path(f"{MEMBER}/retire", register.retire, name="ferryman-retire"),
    path(f"{MEMBER}/take-back", register.take_back, name="ferryman-take-back"),
    path(f"{MEMBER}/erase", register.erase, name="ferryman-erase"),
    path(f"{MEMBER}/link", register.make_link, name="ferryman-link"),
    path(f"{MEMBER}/card", register.bind_card, name="ferryman-card"),
    path(f"{MEMBER}/card/lost", register.lose_card, name="ferryman-card-lost"),
    path(f"{MEMBER}/returns/<int:vehicle>/annul", returns.annul, name="return-annul"),
    path("catalogue", catalogue.index, name="catalogue"),
    path("catalogue/new", catalogue.new, name="catalogue-new"),
    path("catalogue/<uuid:model>", catalogue.edit, name="catalogue-model"),
    path("catalogue/<uuid:model>/remove", catalogue.remove, name="catalogue-remove"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include((pages, "declarations"))),
]
