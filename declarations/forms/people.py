"""What people type about themselves and each other."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations.models import Organisation
from declarations.models.parties import EXPORTERS
from declarations.words import KeyScope, RoleName

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Plain(forms.Form):
    """Labels without a colon."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)


class InviteForm(Plain):
    """Whom, and as what."""

    mail = forms.EmailField(label=_("Mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in RoleName if role in EXPORTERS],
        widget=forms.RadioSelect,
        initial=RoleName.EXPORTER,
    )
    manages = forms.BooleanField(
        label=_("Manages our people"),
        help_text=_("May invite and remove colleagues, and give agents authority."),
        required=False,
    )


class KeyForm(Plain):
    """A new key of a program."""

    label = forms.CharField(
        label=_("What is it for?"), help_text=_("For example: nightly upload from the ERP."), max_length=100
    )
    scope = forms.ChoiceField(
        label=_("What may it do?"), choices=KeyScope.choices, widget=forms.RadioSelect, initial=KeyScope.READ
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("For which organisation?"),
        empty_label=_("all that I declare for"),
        to_field_name="uscc",
        required=False,
    )
    last_day = forms.DateField(
        label=_("Last day"), help_text=_("After it the key opens nothing."), required=False, widget=DAY
    )

    def __init__(self, data: Any = None, *, organisations: Iterable[Organisation] = ()) -> None:
        super().__init__(data)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(pk__in=[row.pk for row in organisations])
        if not organisations:
            del self.fields["organisation"]

    def clean_last_day(self) -> datetime | None:
        """The end of that day in Beijing; not in the past."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class AuthorityForm(Plain):
    """An agent, and what the paper says."""

    agent = forms.CharField(
        label=_("Unified social credit code of the agent"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    document_number = forms.CharField(
        label=_("Number of the power of attorney"), help_text=_("As on the signed paper."), max_length=64
    )
    valid_from = forms.DateField(label=_("First day"), widget=DAY)
    valid_until = forms.DateField(label=_("Last day"), widget=DAY)


class NameForm(Plain):
    """The name of an organisation."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=200, help_text=_("As on its licence."))


class CodeForm(Plain):
    """The code that a newly set up app shows."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits that the app shows now."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class PasskeyForm(Plain):
    """What a new passkey is called."""

    label = forms.CharField(
        label=_("Name of this passkey"), help_text=_("For example: my telephone, the blue key."), max_length=60
    )


class PasswordForm(PasswordChangeForm):
    """Django's own, the new password once: whoever mistypes it asks for a link."""

    field_order = ("old_password", "new_password1")

    def __init__(self, user: Any, data: Any = None) -> None:
        super().__init__(user, data, label_suffix="")
        del self.fields["new_password2"]
        self.fields["old_password"].label = _("Password now")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _("At least 12 characters. Three or four words are good.")

    def clean(self) -> dict[str, Any]:
        """What the validators say belongs to the one field there is."""
        values: dict[str, Any] = forms.Form.clean(self) or {}
        if values.get("new_password1"):
            self.validate_password_for_user(self.user, "new_password1")
        return self.cleaned_data
