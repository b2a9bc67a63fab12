"""The pages for people who read code: their diagrams and tables are made from the tables that the code runs on."""

import re

import pytest
from django.utils import translation

from checkpoint.reasons import REASONS
from declarations.lifecycle import MOVES, mermaid
from tests.source import ROOT


def ladder() -> str:
    """The reasons in their order, as the checkpoint's README shows them."""
    with translation.override("en"):
        rows = (
            f"| {reason.value} | {entry.verdict.value} | {' · '.join(sorted(r.value for r in entry.remedies)) or '–'} |"
            for reason, entry in REASONS.items()
        )
        return "\n".join(rows)


def wanted() -> dict[str, list[str]]:
    """What each page has to contain, word for word."""
    return {
        "declarations/README.md": [mermaid(machine) for machine in MOVES],
        "checkpoint/README.md": [ladder()],
    }


@pytest.mark.parametrize("page", wanted())
def test_a_page_shows_what_the_code_does(page: str) -> None:
    text = (ROOT / page).read_text()
    for part in wanted()[page]:
        assert part in text, f"{page} should contain:\n{part}"


def test_every_path_that_the_root_page_names_exists() -> None:
    text = (ROOT / "README.md").read_text()
    named = re.findall(r"`((?:declarations|checkpoint|config|seeds|tests)/[\w/.]*)`", text)
    assert named, "the map of rooms is gone"
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing, missing
