"""0x82 GATHER_FEEDBACK: what the gate answers. A failure of machines gives M, never Y and never N.

What asks for no verdict (0x84, 0x42, 0x43) is answered by a receipt, on which no barrier could open.
"""

from collections.abc import Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from checkpoint.jgst14.messages import BEIJING
from checkpoint.reasons import Reason, Verdict

RESULTS: Mapping[Verdict, str] = {Verdict.ADMIT: "Y", Verdict.ALARM: "N", Verdict.MANUAL: "M"}
TECHNICAL = frozenset({Reason.DEVICE_FAULT, Reason.TIMED_OUT, Reason.STALE_MANIFEST})
"""Reasons that are told as TECH_ERROR; all others are told as PROC_ERROR."""

Error = tuple[str, str]
"""Code and sentence."""

LIFT, STAY = "0", "1"
"""The barrier in the standard's result word (annex B, byte 2)."""

_BAD = {code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if code not in (9, 10, 13)}
_BAD |= dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")


def feedback(
    *,
    session_id: str,
    verdict: Verdict,
    at: datetime,
    reason: str = "",
    proc_error: Error | None = None,
    tech_error: Error | None = None,
    op_hint: str = "",
    led: Mapping[str, str] | None = None,
    plate: str = "",
) -> bytes:
    """The answer as a document.

    reason: a reason of the gate, told as an error of business or of machines where the verdict is not ADMIT.
    proc_error, tech_error: code and sentence of what failed before any verdict.
    led: the driver's sentences by language.
    """
    if reason and verdict is not Verdict.ADMIT:
        told = (reason, op_hint)
        proc_error, tech_error = (None, told) if reason in TECHNICAL else (told, None)
    if tech_error is not None:
        verdict = Verdict.MANUAL
    texts = led or {}
    lines = [
        _element("SESSION_ID", session_id),
        _element("CHECK_RESULT", RESULTS[verdict]),
        _element("INSTRUCTION", LIFT if verdict is Verdict.ADMIT else STAY),
        *_errors(proc_error, tech_error),
        "<VE_INFO>" + _element("VE_LICENSE_NO", plate) + "</VE_INFO>",
        _element("OP_HINT", op_hint),
        _element("LED_HINT", texts.get("zh", "")),
        *(
            "<EXTEND>" + _element("NAME", f"LED_HINT_{code.upper()}") + _element("VALUE", text) + "</EXTEND>"
            for code, text in texts.items()
            if code != "zh"
        ),
        _time(at),
    ]
    return _document("GATHER_FEEDBACK", lines)


def receipt(*, session_id: str, at: datetime, proc_error: Error | None = None) -> bytes:
    """That a message arrived which asks for no verdict."""
    return _document("RECEIPT", [_element("SESSION_ID", session_id), *_errors(proc_error, None), _time(at)])


def _document(name: str, lines: list[str]) -> bytes:
    body = "\n  ".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>\n  {body}\n</{name}>\n'.encode()


def _errors(proc_error: Error | None, tech_error: Error | None) -> list[str]:
    return [
        _element(f"{kind}_ERROR_{part}", error[index] if error else "")
        for kind, error in (("PROC", proc_error), ("TECH", tech_error))
        for index, part in enumerate(("CODE", "DESC"))
    ]


def _time(at: datetime) -> str:
    return _element("FEEDBACK_TIME", f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}")


def _element(name: str, text: str) -> str:
    clean = text.translate(_BAD).encode("utf-8", "replace").decode()
    return f"<{name}>{escape(clean)}</{name}>"
