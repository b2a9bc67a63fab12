"""Form fields and the summary of errors."""

from django import forms
from django.template import Context, Template

from declarations.problems import Level, Problem
from declarations.templatetags import parts


class VehicleForm(forms.Form):
    vin = forms.CharField(label="VIN", help_text="17 letters and digits")
    condition = forms.ChoiceField(label="Condition", choices=[("NEW", "new")], widget=forms.RadioSelect)
    true = forms.BooleanField(label="This is true", required=False)
    note = forms.CharField(required=False)

    def clean_note(self):
        if self.cleaned_data["note"]:
            raise forms.ValidationError("Leave it empty.")


def render(source: str, **values: object) -> str:
    return Template("{% load parts %}" + source).render(Context(values))


def shown(form: forms.Form, tag: str) -> str:
    return render("{% field " + tag + " %}", form=form)


def test_a_field_has_label_hint_and_messages_before_its_input():
    html = shown(VehicleForm(), "form.vin")
    places = [
        html.index(part) for part in ('<label for="id_vin"', 'id="id_vin_hint"', 'id="id_vin_messages"', "<input")
    ]
    assert places == sorted(places)
    assert 'aria-describedby="id_vin_hint id_vin_messages"' in html
    assert "aria-invalid" not in html


def test_a_wrong_field_says_so_above_its_input():
    html = shown(VehicleForm({"vin": ""}), "form.vin")
    assert 'aria-invalid="true"' in html
    assert "field--wrong" in html
    assert html.index("field-error") < html.index("<input")


def test_typed_text_is_never_lost():
    assert 'value="&lt;typed&gt;"' in shown(VehicleForm({"vin": "<typed>"}), "form.vin")


def test_options_become_attributes():
    html = shown(VehicleForm(), 'form.vin mono=True width="l" optional=True inputmode="text" hx_get="/check"')
    assert 'class="field field--l field--mono"' in html
    assert 'class="optional"' in html
    assert 'hx-get="/check"' in html


def test_a_warning_stops_nobody():
    html = render("{% field form.vin warnings=warnings %}", form=VehicleForm({"vin": "L"}), warnings=["Look again."])
    assert "field-warning" in html
    assert "aria-invalid" not in html


def test_a_group_of_choices_is_a_described_fieldset():
    html = shown(VehicleForm({}), "form.condition")
    assert "<fieldset" in html
    assert "<legend>Condition</legend>" in html
    assert html.count("id_condition_messages") == 2


def test_a_tick_box_stands_before_its_label():
    html = shown(VehicleForm(), "form.true")
    assert html.index("<input") < html.index("<label")


def test_the_summary_links_to_each_wrong_field():
    html = render("{% error_summary form %}", form=VehicleForm({"vin": "", "note": "x"}))
    assert 'role="alert" tabindex="-1" autofocus' in " ".join(html.split())
    for target in ("#id_vin", "#id_condition_0", "#id_note"):
        assert f'href="{target}"' in html
    assert "VIN: " in html


def test_the_summary_shows_what_belongs_to_no_field():
    form = VehicleForm({"vin": "L", "condition": "NEW"})
    form.add_error(None, "Nothing can be lodged today.")
    assert "Nothing can be lodged today." in render("{% error_summary form %}", form=form)


def test_without_errors_there_is_no_summary():
    assert (
        render(
            "{% error_summary one two %}", one=VehicleForm(), two=VehicleForm({"vin": "L", "condition": "NEW"})
        ).strip()
        == ""
    )


def test_a_problem_points_at_its_input():
    assert parts.field_id("/vehicles/0/vin") == "id_vehicles-0-vin"


def test_problems_fall_apart_into_errors_and_warnings():
    error, warning = Problem("A"), Problem("B", level=Level.WARNING)
    assert parts.stopping([error, warning]) == [error]
    assert parts.warning([error, warning]) == [warning]
