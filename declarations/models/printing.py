"""All passes of one declaration as one file: who asked for it, when it was made, and the file itself, for a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.declaration import Declaration
from declarations.models.history import OutboxTask
from declarations.models.sealed import SealedFileField
from declarations.words import PrintForm


class PrintJob(models.Model):
    """The one file that a declaration has asked for; asking anew replaces it, cancelling deletes it."""

    declaration = models.OneToOneField(
        Declaration, models.CASCADE, related_name="print_job", verbose_name=_("declaration")
    )
    task = models.OneToOneField(OutboxTask, models.CASCADE, related_name="+", verbose_name=_("outbox task"))
    form = models.CharField(_("form"), max_length=3, choices=PrintForm)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked for at"), db_index=True)
    made_at = models.DateTimeField(_("made at"), null=True)
    passes = models.PositiveIntegerField(_("passes"), default=0)
    # told while the work goes on, beside its transaction: for the eye of whoever waits, for nothing else
    drawn = models.PositiveIntegerField(_("passes drawn"), default=0)
    file = SealedFileField(_("file"), null=True)

    class Meta:
        verbose_name = _("printed passes of a declaration")
        verbose_name_plural = _("printed passes of declarations")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="print_job_made_has_file",
                condition=Q(made_at=None, file=None) | Q(made_at__isnull=False, file__isnull=False),
            ),
            models.CheckConstraint(name="print_job_form_known", condition=Q(form__in=PrintForm.values)),
        ]

    def __str__(self) -> str:
        """Declaration and form."""
        return f"{self.declaration} {self.form}"

    @property
    def has_failed(self) -> bool:
        """Whether the work was given up."""
        return self.made_at is None and self.task.failed_at is not None

    @property
    def is_waiting(self) -> bool:
        """Whether a worker has still to make it."""
        return self.made_at is None and self.task.failed_at is None
