"""Gates of a port and their lanes."""

from typing import Self

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from declarations.models import Port, roles_of
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


class Arrow(models.TextChoices):
    """Where a driver goes from the barrier."""

    LEFT = "LEFT", pgettext_lazy("arrow", "left")
    STRAIGHT = "STRAIGHT", pgettext_lazy("arrow", "straight on")
    RIGHT = "RIGHT", pgettext_lazy("arrow", "right")


class LaneQuerySet(models.QuerySet["Lane"]):
    """Slices of lanes; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Lanes of the ports where the user is an officer."""
        ports = roles_of(user).ports()
        return self if ports is None else self.filter(checkpoint__port__in=ports)


class Lane(models.Model):
    """One physical, virtual or handheld lane.

    must_see: groups of facts, [["VIN", "PLATE", "CARD"]]; of each group one has to come and match. None: the stage's.
    barrier_answers: a controller fetches the orders for this barrier and says what became of each.
    channel_no: the lane's number in the messages of JGS/T 14, where it is not its code.
    arrow, bay_arrow: what the driver's display shows after the barrier, and to the inspection bay.
    """

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="lanes", verbose_name=_("checkpoint"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    must_see = models.JSONField(_("must see"), null=True, blank=True)
    is_open = models.BooleanField(_("open"), default=True)
    barrier_answers = models.BooleanField(_("the barrier answers"), default=False)
    channel_no = models.CharField(_("number in customs messages"), max_length=20, blank=True)
    arrow = models.CharField(_("arrow after the barrier"), max_length=8, choices=Arrow, blank=True, default="STRAIGHT")
    bay_arrow = models.CharField(_("arrow to the bay"), max_length=8, choices=Arrow, blank=True, default="RIGHT")

    objects = LaneQuerySet.as_manager()

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
