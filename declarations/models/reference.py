"""Reference data: ports and code lists. Rows, not code, so that an officer can mend them."""

import re
from dataclasses import fields
from datetime import datetime
from decimal import Decimal

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from declarations import papers
from declarations.checks.reference import PortRow, ReferenceData
from declarations.tariff import TariffRow
from declarations.words import Agency

LANGUAGES = ("zh", "en", "ru", "kk")
CACHE_SECONDS = 60


class Named(models.Model):
    """A row whose name is known in four languages."""

    name_zh = models.CharField(_("name (zh)"), max_length=200)
    name_en = models.CharField(_("name (en)"), max_length=200)
    name_ru = models.CharField(_("name (ru)"), max_length=200)
    name_kk = models.CharField(_("name (kk)"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """The name in the reader's language."""
        return self.name

    @property
    def name(self) -> str:
        """The name in the language that is active now."""
        return str(getattr(self, f"name_{(get_language() or 'zh')[:2]}", "") or self.name_en)

    @property
    def names(self) -> dict[str, str]:
        """The name in all four languages."""
        return {language: getattr(self, f"name_{language}") for language in LANGUAGES}


class Port(Named):
    """A land port with its own rules of time and risk."""

    code = models.CharField(_("UN/LOCODE"), max_length=5, primary_key=True)
    country = models.CharField(_("country"), max_length=2)
    opposite = models.CharField(_("opposite"), max_length=200, blank=True)
    # as a Chinese map program finds it, in whatever language the page is read
    address = models.CharField(_("address"), max_length=300, blank=True)
    # what the board over the gate says where a vehicle comes first; which lanes it has the gate's own rows know
    gate_zh = models.CharField(_("first gate (zh)"), max_length=100, blank=True, default="")
    gate_en = models.CharField(_("first gate (en)"), max_length=100, blank=True, default="")
    gate_ru = models.CharField(_("first gate (ru)"), max_length=100, blank=True, default="")
    gate_kk = models.CharField(_("first gate (kk)"), max_length=100, blank=True, default="")
    modes = models.JSONField(_("modes"), default=list)
    pass_hours = models.PositiveSmallIntegerField(_("pass valid after planned arrival, hours"), default=72)
    legal_hours = models.PositiveSmallIntegerField(_("time to present after planned arrival, hours"), default=72)
    documents_hours = models.PositiveSmallIntegerField(_("time to answer a document request, hours"), default=72)
    appeal_hours = models.PositiveSmallIntegerField(_("time to appeal a refusal, hours"), default=72)
    straggler_notice_hours = models.PositiveSmallIntegerField(_("notice before withdrawal, hours"), default=24)
    entry_advises = models.BooleanField(_("yard entry advises instead of stopping"), default=True)
    random_share = models.DecimalField(
        _("minimum random share"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.0000"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    yellow_points = models.PositiveSmallIntegerField(_("points for YELLOW"), default=50)
    red_points = models.PositiveSmallIntegerField(_("points for RED"), default=100)
    plate_confidence = models.DecimalField(
        _("least confidence of a plate reading"), max_digits=3, decimal_places=2, default=Decimal("0.80")
    )
    vin_tail_is_enough = models.BooleanField(_("the last six of a VIN are enough"), default=True)
    weight_tolerance = models.DecimalField(
        _("weights may differ by, %"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Of the declared curb and gross mass. Empty: weights are not compared."),
    )
    # how old the list on a device may be when the network is gone
    offline_fresh_minutes = models.PositiveSmallIntegerField(
        _("offline: officer lifts by one tap, minutes"), default=15
    )
    offline_officer_minutes = models.PositiveSmallIntegerField(
        _("offline: officer reads the VIN, then lifts, minutes"), default=240
    )
    offline_forget_minutes = models.PositiveSmallIntegerField(
        _("offline: device forgets the list after, minutes"), default=240
    )
    is_open = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("port")
        verbose_name_plural = _("ports")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="port_offline_ages_in_order",
                condition=models.Q(
                    offline_fresh_minutes__lte=models.F("offline_officer_minutes"),
                    offline_officer_minutes__lte=models.F("offline_forget_minutes"),
                ),
            )
        ]

    @property
    def gate(self) -> str:
        """The gate where a vehicle presents itself first, in the language that is active now; empty if not told."""
        return str(getattr(self, f"gate_{(get_language() or 'zh')[:2]}", "") or self.gate_en)

    @property
    def gate_names(self) -> dict[str, str]:
        """That gate's name in all four languages."""
        return {language: getattr(self, f"gate_{language}") for language in LANGUAGES}

    def closed_at(self, now: datetime) -> bool:
        """Whether a closure is in force."""
        return (
            self.closures.filter(starts_at__lte=now).filter(models.Q(ends_at=None) | models.Q(ends_at__gt=now)).exists()
        )


class BayQuerySet(models.QuerySet["Bay"]):
    """Slices of bays."""

    def open_for(self, agency: str, port: str | None) -> "BayQuerySet":
        """Bays in use at a port where this agency examines: its own, and those of all."""
        return self.filter(is_open=True, port=port, agency__in=["", agency])


class Bay(Named):
    """A place in the yard of a port where vehicles are examined."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    port = models.ForeignKey(Port, models.CASCADE, related_name="bays", verbose_name=_("port"))
    agency = models.CharField(
        _("agency"), max_length=12, choices=Agency, blank=True, help_text=_("empty: every agency")
    )
    is_open = models.BooleanField(_("in use"), default=True)

    objects = BayQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection bay")
        verbose_name_plural = _("inspection bays")
        ordering = ["port", "code"]


class Closure(models.Model):
    """A time in which a port lets nobody through."""

    port = models.ForeignKey(Port, models.CASCADE, related_name="closures", verbose_name=_("port"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    public_reason = models.CharField(_("public reason"), max_length=300)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                name="closure_ends_after_start",
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
            )
        ]

    def __str__(self) -> str:
        """Port and start."""
        return f"{self.port_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Country(Named):
    """A country of ISO 3166-1."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    alpha3 = models.CharField(max_length=3)
    numeric = models.CharField(max_length=3)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["code"]


class Hs6(Named):
    """A subheading of HS 2022 that may hold a vehicle, with the bounds that tell it from its neighbours."""

    hs6 = models.CharField(_("HS6"), max_length=6, primary_key=True)
    category = models.CharField(_("category"), max_length=40)
    powertrain = models.CharField(_("powertrain"), max_length=40)
    displacement_min_cc = models.PositiveIntegerField(_("displacement above, cc"), null=True, blank=True)
    displacement_max_cc = models.PositiveIntegerField(_("displacement up to, cc"), null=True, blank=True)
    mass_min_kg = models.PositiveIntegerField(_("gross mass above, kg"), null=True, blank=True)
    mass_max_kg = models.PositiveIntegerField(_("gross mass up to, kg"), null=True, blank=True)
    seats_min = models.PositiveIntegerField(_("seats from"), null=True, blank=True)
    seats_max = models.PositiveIntegerField(_("seats up to"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("HS subheading")
        verbose_name_plural = _("HS subheadings")
        ordering = ["hs6"]


class NationalCode(Named):
    """A national ten-digit code that needs an export licence from a day on."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    export_licence_from = models.DateField(_("export licence needed from"))

    class Meta:
        verbose_name = _("code that needs a licence")
        verbose_name_plural = _("codes that need a licence")
        ordering = ["code"]


class Wmi(models.Model):
    """Who built vehicles whose VIN begins so. A hint, never a gate."""

    wmi = models.CharField(_("WMI"), max_length=6, primary_key=True)
    maker = models.CharField(_("maker"), max_length=120)
    group = models.CharField(_("group"), max_length=120, blank=True)
    vehicles = models.CharField(_("vehicles"), max_length=120, blank=True)
    confidence = models.CharField(_("confidence"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("WMI")
        verbose_name_plural = _("WMI")
        ordering = ["wmi"]

    def __str__(self) -> str:
        """Code and maker."""
        return f"{self.wmi} {self.maker}"


class PaperType(Named):
    """A kind of paper that a vehicle or declaration may carry, and for whom it is needed."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    place = models.CharField(_("where it is told"), max_length=12, choices=papers.Place)
    new_export = models.CharField(_("new, export"), max_length=12, choices=papers.Need)
    used_export = models.CharField(_("used, export"), max_length=12, choices=papers.Need)
    for_import = models.CharField(_("import"), max_length=12, choices=papers.Need)
    covers = models.CharField(_("must cover"), max_length=12, choices=papers.Covers, blank=True)
    from_on = models.DateField(_("needed from"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("kind of paper")
        verbose_name_plural = _("kinds of papers")
        ordering = ["position", "code"]


def is_pattern(text: str) -> None:
    """Refuse what is no regular expression: the checks would stumble over it.

    Raises: ValidationError.
    """
    try:
        re.compile(text)
    except re.error as fault:
        raise ValidationError(_("This is no regular expression.")) from fault


class PlatePattern(models.Model):
    """How a temporary plate may look; the exact pattern is not known for certain, so it is a row."""

    pattern = models.CharField(_("pattern"), max_length=200, unique=True, validators=[is_pattern])
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("plate pattern")
        verbose_name_plural = _("plate patterns")
        ordering = ["id"]

    def __str__(self) -> str:
        """The note, or the pattern."""
        return self.note or self.pattern


class PlateRegion(Named):
    """A region of Kazakhstan by the number on its plates."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)

    class Meta:
        verbose_name = _("plate region")
        verbose_name_plural = _("plate regions")
        ordering = ["code"]


class HoldReason(Named):
    """Why an agency may place a hold; its name is the public reason unless the officer writes another."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)

    class Meta:
        verbose_name = _("hold reason")
        verbose_name_plural = _("hold reasons")
        ordering = ["code"]


class Incoterm(Named):
    """A term of Incoterms 2020."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    sea_only = models.BooleanField(_("sea only"), default=False)

    class Meta:
        verbose_name = _("Incoterm")
        verbose_name_plural = _("Incoterms")
        ordering = ["code"]


class Currency(Named):
    """A currency of ISO 4217 with its number of decimals."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    numeric = models.CharField(_("number"), max_length=3)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering = ["code"]


def load_reference() -> ReferenceData:
    """All code lists as the checks read them; kept for a minute, since they change a few times a year."""
    reference = cache.get("reference")
    if reference is None:
        reference = _read_reference()
        cache.set("reference", reference, CACHE_SECONDS)
    return reference


def _read_reference() -> ReferenceData:
    return ReferenceData(
        ports={row.code: PortRow(row.country, frozenset(row.modes)) for row in Port.objects.filter(is_open=True)},
        countries=frozenset(Country.objects.values_list("code", flat=True)),
        currencies=dict(Currency.objects.values_list("code", "decimals")),
        incoterms=dict(Incoterm.objects.values_list("code", "sea_only")),
        tariff_rows=tuple(
            TariffRow(**values) for values in Hs6.objects.values(*(each.name for each in fields(TariffRow)))
        ),
        licence_codes=dict(NationalCode.objects.values_list("code", "export_licence_from")),
        makers={row.wmi: f"{row.maker} {row.group}".strip() for row in Wmi.objects.exclude(confidence="low")},
        paper_types={row.code: _paper_type(row) for row in PaperType.objects.all()},
        temporary_plate_patterns=tuple(PlatePattern.objects.values_list("pattern", flat=True)),
        kazakh_regions=frozenset(PlateRegion.objects.values_list("code", flat=True)),
    )


def _paper_type(row: PaperType) -> papers.PaperType:
    return papers.PaperType(
        code=row.code,
        place=papers.Place(row.place),
        new_export=papers.Need(row.new_export),
        used_export=papers.Need(row.used_export),
        for_import=papers.Need(row.for_import),
        covers=papers.Covers(row.covers) if row.covers else None,
        from_on=row.from_on,
        names=papers.Names(row.names),
    )
