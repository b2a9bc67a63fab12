"""How long a password has to be, said in every language of the site.

Django's own sentence has no Chinese or Kazakh words in the version that is installed.
"""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Django's rule with our words."""

    def get_error_message(self) -> str:
        """What is said of a shorter one."""
        return _("The password is too short: at least %(least)s characters.") % {"least": self.min_length}
