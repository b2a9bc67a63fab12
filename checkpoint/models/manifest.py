"""The list that devices of a port keep for when the network is gone: one head per port, one row per pass.

A row carries the version in which it last changed, so that a device asks for what is newer than it has.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from declarations.models import Port


class Manifest(models.Model):
    """The head of a port's list. Its row is locked by whoever publishes and by nobody else; no scan touches it."""

    port = models.OneToOneField(Port, models.CASCADE, primary_key=True, verbose_name=_("port"))
    version = models.PositiveBigIntegerField(_("version"), default=0)
    published_at = models.DateTimeField(_("published at"))
    # every digest of the list is salted; a new salt makes all rows new from `whole_from` on
    salt = models.BinaryField(max_length=16, editable=False)
    salted_at = models.DateTimeField(_("salted at"))
    whole_from = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("list for devices")
        verbose_name_plural = _("lists for devices")
        ordering = ["port"]

    def __str__(self) -> str:
        """Port and version."""
        return f"{self.port_id} {self.version}"


class ManifestRow(models.Model):
    """What the list says of one pass, as JSON; empty when it says nothing of it any more."""

    manifest = models.ForeignKey(Manifest, models.CASCADE, related_name="rows", db_index=False)
    key = models.CharField(_("digest of the pass"), max_length=22)
    version = models.PositiveBigIntegerField(_("changed in version"))
    row = models.TextField(_("row"), blank=True)

    class Meta:
        verbose_name = _("row of a list for devices")
        verbose_name_plural = _("rows of lists for devices")
        ordering = ["manifest", "version"]
        indexes = [models.Index(fields=["manifest", "version"], name="manifest_row_since")]
        constraints = [models.UniqueConstraint(fields=["manifest", "key"], name="manifest_row_once")]

    def __str__(self) -> str:
        """The digest."""
        return self.key
