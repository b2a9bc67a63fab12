"""How a reading stands to what is declared: the same, a slip of the reader, or another thing. Pure.

A slip is one character that eyes and cameras take for another, or one that a frame's edge cut off or added. It proves
nothing: never green, never an alarm. Any other difference is one, however small, whoever read it: temporary plates of
one exporter and the VINs of one delivery follow each other, so one digit apart is what two swapped cars look like. For
that reason a person's typing slip has no mercy of its own; whoever mistyped scans again, which takes seconds.
"""

from collections.abc import Sequence
from enum import StrEnum

TAIL = 6
"""The last characters of a VIN: its number in GB 16735, and what a windscreen shows large."""

LOOK_ALIKES = tuple(map(frozenset, ("0ODQ", "1IL", "2Z", "5S", "8B", "6G", "7T", "UV")))
"""Characters that plate and VIN recognition takes for one another; ISO 3779 leaves I, O and Q out for that reason."""

UNREAD = frozenset("?*#□\N{REPLACEMENT CHARACTER}")
"""What recognition writes for a character that it saw and could not read: mostly the Chinese one of the province."""


class Likeness(StrEnum):
    """What came of a comparison. The last two were not compared."""

    SAME = "SAME"
    SLIP = "SLIP"
    DIFFERENT = "DIFFERENT"
    NOT_DECLARED = "NOT_DECLARED"
    DOUBTFUL = "DOUBTFUL"


UNCLEAR = frozenset({Likeness.SLIP, Likeness.DOUBTFUL})
"""What was not read so that it could count for or against anything."""


def compare(one: str, other: str) -> Likeness:
    """Two texts, normalised: SAME, SLIP or DIFFERENT; the same whichever of them was read."""
    if one == other:
        return Likeness.SAME
    if len(one) == len(other):
        apart = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        return Likeness.SLIP if len(apart) == 1 and _is_taken_for(*apart[0]) else Likeness.DIFFERENT
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return Likeness.SLIP if shorter and shorter in (longer[1:], longer[:-1]) else Likeness.DIFFERENT


def _is_taken_for(one: str, other: str) -> bool:
    if one in UNREAD or other in UNREAD:
        return True
    return any(one in alike and other in alike for alike in LOOK_ALIKES)


def is_doubtful(confidence: float | None, least: float) -> bool:
    """Whether a machine was less sure than the port wants; None: a person read it."""
    return confidence is not None and not confidence >= least  # so that not-a-number is a doubt


def judge(seen: str | None, declared: str | None, *, doubtful: bool = False) -> Likeness | None:
    """A plate or a VIN beside the declared one; None: it was not read."""
    if not seen:
        return None
    if doubtful:
        return Likeness.DOUBTFUL
    return compare(seen, declared) if declared else Likeness.NOT_DECLARED


def judge_tail(seen: str | None, vin: str | None, *, doubtful: bool = False) -> Likeness | None:
    """The last six of a VIN beside the declared VIN; fewer or more than six were not read as such."""
    return judge(seen, vin and vin[-TAIL:], doubtful=doubtful or len(seen or "") != TAIL)


def judge_card(seen: str | None, declared: str | None) -> Likeness | None:
    """Digests of two cards: a chip has no slips."""
    if not seen:
        return None
    if not declared:
        return Likeness.NOT_DECLARED
    return Likeness.SAME if seen == declared else Likeness.DIFFERENT


def judge_weight(seen_kg: int | None, masses_kg: Sequence[int], tolerance: float | None) -> Likeness | None:
    """A weight beside the declared masses: between the least and the greatest, or so much beyond, is the same.

    tolerance: per cent; None: this port does not compare weights.
    """
    if seen_kg is None or tolerance is None:
        return None
    if not masses_kg:
        return Likeness.NOT_DECLARED
    low, high = min(masses_kg) * (100 - tolerance), max(masses_kg) * (100 + tolerance)
    return Likeness.SAME if low <= seen_kg * 100 <= high else Likeness.DIFFERENT


def masked(text: str | None, *, keep: int = 3) -> str:
    """A personal fact as far as it helps to recognise it: its end."""
    text = text or ""
    return "•••" + text[-keep:] if len(text) > keep else "•••" if text else ""


def worst(*likenesses: Likeness | None) -> Likeness | None:
    """Of several readings of one fact the one that says most against it; None when there is none."""
    order = (Likeness.DIFFERENT, Likeness.DOUBTFUL, Likeness.SLIP, Likeness.NOT_DECLARED, Likeness.SAME)
    return next((each for each in order if each in likenesses), None)
