"""Gates of a port and their lanes."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from declarations.models import Port
from declarations.words import Stage

READABLE = (
    'strict $.type() == "null" || $.type() == "array" && !exists($[*] ? (@.type() != "array")) && '
    '!exists($[*][*] ? (@.type() != "string" || !(@ == "VIN" || @ == "PLATE" || @ == "CARD")))'
)
"""A list of lists of facts, or null, as JSON path. No step asks what can fail: a CHECK lets pass what is unknown."""


class Checkpoint(models.Model):
    """A gate of a port with its stage."""

    port = models.ForeignKey(Port, models.PROTECT, related_name="checkpoints", verbose_name=_("port"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["port", "code"]
        constraints = [
            models.CheckConstraint(name="checkpoint_stage_known", condition=Q(stage__in=Stage.values)),
        ]

    def __str__(self) -> str:
        """The code."""
        return self.code


class Lane(models.Model):
    """One physical, virtual or handheld lane.

    must_see: groups of facts, [["VIN", "PLATE", "CARD"]]; of each group one has to come and match. None: the stage's.
    """

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="lanes", verbose_name=_("checkpoint"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    must_see = models.JSONField(_("must see"), null=True, blank=True)
    is_open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="lane_must_see_readable",
                condition=Func(
                    F("must_see"),
                    Value(READABLE),
                    function="jsonb_path_match",
                    template="%(function)s(%(expressions)s::jsonpath)",
                    output_field=models.BooleanField(),
                ),
            ),
        ]

    def __str__(self) -> str:
        """The code."""
        return self.code
