"""Which notices come by mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from declarations.models import Preference


class PreferenceForm(forms.ModelForm):
    """A person's choice; the bell on the page shows all notices whatever he chooses."""

    class Meta:
        model = Preference
        fields = ("mail_now", "mail_soon", "mail_info")
        labels = {
            "mail_now": _("When somebody has to act now"),
            "mail_soon": _("Before something runs out"),
            "mail_info": _("When all goes well: released, exited"),
        }

    def __init__(self, data: object = None, *, instance: Preference) -> None:
        super().__init__(data, instance=instance, label_suffix="")  # type: ignore[arg-type]
