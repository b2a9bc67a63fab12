"""The statuses of the four machines. Few: each lets somebody do something different."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DeclarationStatus(TextChoices):
    """Where a declaration stands with customs."""

    DRAFT = "DRAFT", _("draft")
    LODGED = "LODGED", _("lodged")
    UNDER_CONTROL = "UNDER_CONTROL", _("under control")
    DOCUMENTS_REQUIRED = "DOCUMENTS_REQUIRED", _("documents required")
    RELEASED = "RELEASED", _("released")
    REJECTED = "REJECTED", _("rejected")
    REFUSED = "REFUSED", _("refused")
    COMPLETED = "COMPLETED", _("completed")
    EXPIRED = "EXPIRED", _("expired")
    CANCELLED = "CANCELLED", _("cancelled")


class VehicleStatus(TextChoices):
    """Where one vehicle stands on its way through the port."""

    DECLARED = "DECLARED", _("declared")
    PRESENTED = "PRESENTED", _("presented in the yard")
    REFERRED = "REFERRED", _("referred to an officer")
    RELEASED = "RELEASED", _("admitted at the release gate")
    EXITED = "EXITED", _("exited")
    HANDED_OVER = "HANDED_OVER", _("handed over")
    RETURNED = "RETURNED", _("returned")
    DETAINED = "DETAINED", _("detained")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


class PassStatus(TextChoices):
    """Whether a pass counts."""

    ISSUED = "ISSUED", _("issued")
    CONSUMED = "CONSUMED", _("used at the exit")
    SUPERSEDED = "SUPERSEDED", _("replaced by a newer pass")
    REVOKED = "REVOKED", _("revoked")


class InspectionStatus(TextChoices):
    """How far the examination of one vehicle is."""

    ORDERED = "ORDERED", _("ordered")
    IN_PROGRESS = "IN_PROGRESS", _("in progress")
    SATISFACTORY = "SATISFACTORY", _("satisfactory")
    NOT_SATISFACTORY = "NOT_SATISFACTORY", _("not satisfactory")
    WAIVED = "WAIVED", _("waived")
    CANCELLED = "CANCELLED", pgettext_lazy("inspection", "cancelled")


class CheckStatus(TextChoices):
    """Whether a document check still blocks release."""

    OPEN = "OPEN", pgettext_lazy("document check", "open")
    ACCEPTED = "ACCEPTED", pgettext_lazy("document check", "accepted")
    REFUSED = "REFUSED", pgettext_lazy("document check", "refused")


class PassKeyStatus(TextChoices):
    """What a signing key is good for: ACTIVE signs and verifies, RETIRED verifies only, REVOKED neither."""

    ACTIVE = "ACTIVE", _("active")
    RETIRED = "RETIRED", _("retired")
    REVOKED = "REVOKED", _("revoked")
