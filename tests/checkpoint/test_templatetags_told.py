"""History rows as officers read them."""

from typing import Any

import pytest
from django.utils.translation import override

from checkpoint.templatetags.told import told
from declarations.models import NOTE, History
from tests.cast import NOON


def entry(**facts: Any) -> dict[str, Any]:
    """One row, told in Russian."""
    row = History(machine=NOTE, at=NOON, reason="HOLD_PLACED", data={}, **facts)
    with override("ru"):
        return told([row])[0]


@pytest.mark.parametrize(
    ("label", "said"),
    [("clearance", "автоматически"), ("lane CNHRS-R1", "полоса CNHRS-R1"), ("importer", "импортёр")],
)
def test_what_acts_by_itself_is_named_in_the_readers_language(label: str, said: str) -> None:
    assert entry(by_label=label)["by"] == said


def test_a_person_is_named_by_name_even_when_called_like_a_machine() -> None:
    assert entry(by_id=7, by_label="clearance")["by"] == "clearance"


def test_a_reason_becomes_a_sentence() -> None:
    assert entry(by_id=7, by_label="carl")["title"] == "Наложена блокировка"
