"""The base of all forms that write into a declaration body: lenient fields, and a place for problems at each."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from declarations.checks import read_date, read_moment
from declarations.problems import Level, Problem

MOST_CHARACTERS = 2000
"""Longer texts are refused by the form: they are a mistake or an attack, and no field's own limit comes near."""

Read = Callable[[str], Any]
Label = Any
"""A text, perhaps one that is translated when it is shown."""

Choices = Iterable[tuple[str, Any]]


def whole(text: str) -> int | str | None:
    """A whole number as the body wants it; what is none stays the text that was typed."""
    digits = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text))
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits, re.ASCII) else text or None


def amount(text: str) -> str | None:
    """An amount in digits with a point: gaps between thousands go, a decimal comma becomes a point."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", plain, re.ASCII):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[0-9]+,[0-9]{1,2}", plain, re.ASCII):
        plain = plain.replace(",", ".")
    return plain or None


def day(text: str) -> str | None:
    """A day, or nothing."""
    return text or None


def moment(text: str) -> str | None:
    """A moment on the local clock with its zone; what is none stays the text that was typed."""
    found = read_moment(text)
    if found is None or found.tzinfo is not None:
        return text or None
    try:
        return timezone.make_aware(found).isoformat()
    except (OverflowError, ValueError):
        return text


def local(value: Any) -> str:
    """A moment of a body as an input of the kind datetime-local shows it; anything else as it is."""
    found = read_moment(value)
    if found is None or found.tzinfo is None:
        return "" if value is None else str(value)
    return timezone.localtime(found).strftime("%Y-%m-%dT%H:%M")


class ToldField(BoundField):
    """A bound field with the sentences that do not stop anybody."""

    def __init__(self, form: Any, field: Any, name: str) -> None:
        super().__init__(form, field, name)
        self.warnings: list[str] = []


class Text(forms.CharField):
    """Any text. read: how it becomes a value of the body."""

    def __init__(
        self,
        label: Label,
        *,
        hint: Label = "",
        read: Read = str,
        kind: str = "text",
        area: bool = False,
        **attrs: str,
    ) -> None:
        widget = forms.Textarea(attrs={"rows": "3", **attrs}) if area else forms.TextInput(attrs=attrs)
        super().__init__(label=label, help_text=hint, required=False, max_length=MOST_CHARACTERS, widget=widget)
        self.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted without a word
        self.read, self.kind = read, kind

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> ToldField:
        """Bound together with its warnings."""
        return ToldField(form, self, field_name)


def figure(label: Label, *, hint: Label = "", read: Read = whole) -> Text:
    """A number: typed as text, so that nothing is lost, with the digits' keyboard on a phone."""
    return Text(label, hint=hint, read=read, inputmode="decimal" if read is amount else "numeric")


def calendar(label: Label, *, hint: Label = "") -> Text:
    """A day; the browser's own calendar, or plain text where something else was stored."""
    return Text(label, hint=hint, read=day, kind="date")


class Choice(Text):
    """One of a list; a stored value that is not on it stays selectable, so that nothing is lost."""

    def __init__(self, label: Label, choices: Choices = (), *, hint: Label = "") -> None:
        super().__init__(label, hint=hint)
        self.listed = tuple(choices)
        self.widget = forms.Select()

    def offer(self, choices: Choices, value: str) -> None:
        """Fill the list, an empty entry first."""
        rows = list(choices)
        known = {code for entry, label in rows for code in ([c for c, _l in label] if _is_group(label) else [entry])}
        if value and value not in known:
            rows.append((value, value))
        self.widget.choices = [("", "–"), *rows]


def _is_group(label: Any) -> bool:
    return isinstance(label, list | tuple)


class BodyForm(forms.Form):
    """A group of one object's fields. Bound to what was sent, or (`of`) to what is stored."""

    at: ClassVar[str] = ""
    """Pointer of the object inside its body."""

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(data, **options)
        for name, field in self.fields.items():
            value = self._raw(name)
            if isinstance(field, Choice):
                field.offer(self.choices_of(name, field), value)
            elif isinstance(field, Text) and field.kind != "text":
                self._set_kind(field, value)

    @classmethod
    def of(cls, body: Mapping[str, Any], **options: Any) -> "BodyForm":
        """Bound to stored values, so that problems can be told at them."""
        prefix = f"{options['prefix']}-" if options.get("prefix") else ""
        shown = {f"{prefix}{name}": _shown(body.get(name), field) for name, field in cls.base_fields.items()}
        return cls(shown, **options)

    def choices_of(self, name: str, field: Choice) -> Choices:
        """What a list offers; a form whose lists stand in the database says which."""
        return field.listed

    def body(self) -> dict[str, Any]:
        """The values as the body wants them."""
        self.is_valid()
        cleaned = self.cleaned_data
        return {
            name: field.read(cleaned.get(name, ""))
            for name, field in self.fields.items()
            if isinstance(field, Text) and name in cleaned
        }

    @property
    def is_readable(self) -> bool:
        """Whether the text itself can be stored (no NUL, no endless text)."""
        return self.is_valid()

    def has_value(self, name: str) -> bool:
        """Whether anything stands in a field."""
        return bool(self._raw(name).strip())

    def take(self, problem: Problem, name: str) -> bool:
        """Tell a problem at the field it speaks of; False when there is no such field."""
        if name not in self.fields:
            return False
        if problem.level is Level.ERROR:
            self.is_valid()
            self.add_error(name, problem.message)
        else:
            bound = self[name]
            if isinstance(bound, ToldField) and problem.message not in bound.warnings:
                bound.warnings.append(problem.message)
        return True

    def _raw(self, name: str) -> str:
        value = (
            self.data.get(self.add_prefix(name))
            if self.is_bound
            else self.get_initial_for_field(self.fields[name], name)
        )
        return "" if value is None else str(value)

    def _set_kind(self, field: Text, value: str) -> None:
        """A calendar for what it can show; plain text for anything else that was stored or typed."""
        plain = value.strip()
        fits = not plain or (read_date(plain) if field.kind == "date" else _is_local(plain)) is not None
        field.widget.input_type = field.kind if fits else "text"


def _is_local(text: str) -> datetime | None:
    found = read_moment(text)
    return found if found is not None and found.tzinfo is None else None


def _shown(value: Any, field: forms.Field) -> str:
    if value is None:
        return ""
    return local(value) if isinstance(field, Text) and field.kind == "datetime-local" else str(value)
