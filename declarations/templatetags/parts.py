"""The building blocks of a page: form fields, the summary of errors, pager, filter chips.

Load with `{% load parts %}`. The markup stands in `config/templates/components/`.
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Widget
from django.utils.safestring import SafeString

from declarations.problems import Level, Problem

register = template.Library()


def _shape(widget: Widget) -> str:
    """Which of the three layouts a widget needs: one tick box, a group of choices, or a plain line."""
    if isinstance(widget, CheckboxInput):
        return "check"
    return "group" if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)) else "line"


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """A form field: label above, hint under it, messages between hint and input.

    Options: optional (says so beside the label) · width ("xs" to "xl", how much text is expected) · mono ·
    warnings (sentences that do not stop anybody) · any other becomes an attribute, `_` read as `-`.
    """
    own = {name: options.pop(name, None) for name in ("optional", "width", "mono", "warnings")}
    shape = _shape(bound.field.widget)
    attrs = {name.replace("_", "-"): value for name, value in options.items()}
    described_by = f"{bound.auto_id}_hint {bound.auto_id}_messages" if bound.help_text else f"{bound.auto_id}_messages"
    if shape != "group":  # a group is described once, on its fieldset
        attrs["aria-describedby"] = described_by
    return {"field": bound, "shape": shape, "attrs": attrs, "described_by": described_by, **own}


@register.simple_tag
def widget(bound: BoundField, attrs: Mapping[str, Any]) -> SafeString:
    """The bare input with its attributes."""
    return bound.as_widget(attrs=dict(attrs))


def _href(bound: BoundField) -> str:
    """The place in the page where the field's typing begins; in a group of choices its first one."""
    if isinstance(bound.field.widget, (RadioSelect, CheckboxSelectMultiple)):
        return f"#{bound.auto_id}_0"
    return f"#{bound.id_for_label or bound.auto_id}"


@register.inclusion_tag("components/_error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """All errors of one or several forms, each with its label and a link to its field; nothing when there is none."""
    items: list[dict[str, Any]] = []
    for form in forms:
        if not form.is_bound:
            continue
        items += [{"text": text, "href": ""} for text in form.non_field_errors()]
        items += [{"label": bound.label, "text": text, "href": _href(bound)} for bound in form for text in bound.errors]
    return {"items": items}


def field_id(pointer: str) -> str:
    """The id of the input a JSON pointer speaks of: "/vehicles/0/vin" is `id_vehicles-0-vin`."""
    return "id_" + "-".join(part for part in pointer.split("/") if part)


@register.filter
def stopping(problems: list[Problem]) -> list[Problem]:
    """Only what stops lodging."""
    return [problem for problem in problems if problem.level is Level.ERROR]


@register.filter
def warning(problems: list[Problem]) -> list[Problem]:
    """Only what stops nobody."""
    return [problem for problem in problems if problem.level is Level.WARNING]
