"""What is true: the rows, their constraints, and `move_to`."""

from declarations.models.clearance import (
    DocumentCheck,
    DocumentRequest,
    Hold,
    Inspection,
    Override,
    RiskHit,
    RiskRule,
    RiskScope,
)
from declarations.models.declaration import Declaration, DeclarationVersion, ProblemOverride
from declarations.models.documents import Document, DocumentContent
from declarations.models.handing_over import HandOver, HandOverCode, HandOverPhoto
from declarations.models.history import NOTE, By, History, OutboxTask, note, owe, trace_id
from declarations.models.idempotency import IdempotencyKey
from declarations.models.intake import CatalogueModel, RowLevel, Sheet, SheetFile, SheetRow
from declarations.models.licences import Licence
from declarations.models.links import Link, LinkEnd, Phone
from declarations.models.movable import Movable, StaleMove, move
from declarations.models.parties import (
    ApiKey,
    Organisation,
    OrganisationKind,
    PassKey,
    Role,
    Roles,
    roles_of,
)
from declarations.models.printing import PrintJob
from declarations.models.reference import (
    Closure,
    Country,
    Currency,
    HoldReason,
    Hs6,
    Incoterm,
    NationalCode,
    PaperType,
    PlatePattern,
    PlateRegion,
    Port,
    Wmi,
    load_reference,
)
from declarations.models.sealed import digest, fingerprint
from declarations.models.vehicle import Admission, Driver, Ferryman, Paper, Pass, Vehicle

__all__ = [
    "NOTE",
    "Admission",
    "ApiKey",
    "By",
    "CatalogueModel",
    "Closure",
    "Country",
    "Currency",
    "Declaration",
    "DeclarationVersion",
    "Document",
    "DocumentCheck",
    "DocumentContent",
    "DocumentRequest",
    "Driver",
    "Ferryman",
    "HandOver",
    "HandOverCode",
    "HandOverPhoto",
    "History",
    "Hold",
    "HoldReason",
    "Hs6",
    "IdempotencyKey",
    "Incoterm",
    "Inspection",
    "Link",
    "LinkEnd",
    "Licence",
    "Movable",
    "NationalCode",
    "Organisation",
    "OrganisationKind",
    "OutboxTask",
    "Override",
    "Paper",
    "PaperType",
    "Pass",
    "PassKey",
    "Phone",
    "PlatePattern",
    "PlateRegion",
    "Port",
    "PrintJob",
    "ProblemOverride",
    "RiskHit",
    "RiskRule",
    "RiskScope",
    "Role",
    "Roles",
    "RowLevel",
    "Sheet",
    "SheetFile",
    "SheetRow",
    "StaleMove",
    "Vehicle",
    "Wmi",
    "digest",
    "fingerprint",
    "load_reference",
    "move",
    "note",
    "owe",
    "roles_of",
    "trace_id",
]
