"""The answer of a passage in the words of CONTRACT section 2, made of its columns, so that a replay says the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checkpoint.reasons import Reason, Verdict, driver_text, officer_text


@dataclass(frozen=True, slots=True)
class Answer:
    """What the device reads, and whether it was read before."""

    payload: dict[str, Any]
    replayed: bool = False


def payload_of(passage: Mapping[str, Any], *, lane: str) -> dict[str, Any]:
    """The columns of a passage as an answer; officer_text in the language that is active now."""
    reason = Reason(passage["reason"])
    advice = [Reason(code) for code in passage["advice"]]
    is_provisional = bool(passage["answer"].get("provisional"))
    return {
        "passage_id": str(passage["id"]),
        "scan_id": str(passage["scan_id"]),
        "verdict": passage["verdict"],
        "reason": passage["reason"],
        "advice": list(passage["advice"]),
        "provisional": is_provisional,
        "barrier": "LIFT" if passage["verdict"] == Verdict.ADMIT and not is_provisional else "STAY",
        "port": passage["port_id"],
        "stage": passage["stage"],
        "lane": lane,
        "decided_at": passage["decided_at"],
        "officer_text": officer_text(reason, advice, passage["answer"].get("compared", ())),
        "driver_text": driver_text(reason, advice),
        "vehicle": passage["answer"].get("vehicle"),
        "declaration": passage["answer"].get("declaration"),
        "compared": passage["answer"].get("compared", []),
    }
