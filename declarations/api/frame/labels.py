"""Labels in all four languages at once, for programs that show code lists."""

from typing import Any

from django.db.models import TextChoices
from django.utils import translation
from django.utils.functional import Promise

TONGUES = {"zh": "zh-hans", "en": "en", "ru": "ru", "kk": "kk"}
"""The contract's names of the languages, and Django's."""


def labels(text: str | Promise) -> dict[str, str]:
    """A text in four languages; a sentence with %(names)s keeps them."""
    said = {}
    for tongue, language in TONGUES.items():
        with translation.override(language):
            said[tongue] = str(text)
    return said


def choices_list(choices: type[TextChoices]) -> list[dict[str, Any]]:
    """A closed list as a code list."""
    return [{"code": each.value, "labels": labels(each.label)} for each in choices]
