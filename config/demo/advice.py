"""The page that `make demo` prints when everything runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def advice(demo: Mapping[str, Any], *, base_url: str, logs: Path) -> str:
    """Addresses, accounts, and what to try first. demo: the content of var/demo.json."""
    lines = [
        "",
        f"  Pages      {base_url}/",
        f"  Gate       {base_url}/gate/",
        f"  Back-office {base_url}/admin/",
        f"  API        {base_url}/api/v1/docs",
        "",
    ]
    accounts = demo.get("accounts", {})
    if accounts:
        width = max(len(account["username"]) for account in accounts.values())
        lines.append("  Accounts")
        for account in accounts.values():
            whose = account.get("organisation") or account.get("port") or ""
            lines.append(
                f"    {account['username']:<{width}}  {account['password']}  {account.get('role', '')} {whose}".rstrip()
            )
        lines += [
            "",
            "  Try first",
            *(f"    {number}. {step}" for number, step in enumerate(_steps(demo.get("try_first", {}), base_url), 1)),
            "",
            "  API keys and devices stand in var/demo.json.",
        ]
    lines += [
        f"  Logs are in {logs}; `. var/demo.env` gives another terminal the demo's settings for manage.py.",
        "  Ctrl-C stops everything and keeps the data; RESET=1 make demo begins anew.",
        "",
    ]
    return "\n".join(lines)


def _steps(first: Mapping[str, Any], base_url: str) -> list[str]:
    """What to do, one sentence or two each. first: what the demo's world names in its file as ready to be tried."""
    steps = ["Sign in as alice, declare a vehicle, check the answers, lodge. A worker decides in two seconds."]
    if draft := first.get("draft"):
        steps.append(f"In a hurry? Her draft {draft['reference']} is complete: lodge it.")
    if bad := first.get("draft_with_bad_vehicle"):
        steps.append(f"In her draft {bad['reference']} one VIN has a Cyrillic letter: lodge without the bad ones.")
    steps.append("Open the vehicle's pass: the QR code, and under it the code to type.")
    steps.append("In another browser sign in as olga, open a lane at the gate, type that code.")
    passes = first.get("ready_to_scan", {}).get("passes", [])
    if passes:
        steps.append(
            f"Ready to scan at Horgos: {passes[0]['manual_code']}, plate {passes[0]['plate']}"
            " (lanes CNHRS-E1, CNHRS-R1, CNHRS-X1; the last two want the plate)."
        )
    if page := first.get("ready_to_scan", {}).get("driver_page"):
        steps.append(
            f"The page of its driver, without an account: {base_url}{page}. Cut the network and load it again."
        )
    if len(passes) > 1:
        steps.append(
            f"Another one, {passes[1]['manual_code']}, plate {passes[1]['plate']}: let it in at CNHRS-E1. As carl find"
            " the plate on the desk and place a hold on the vehicle: CNHRS-R1 stops it. As sam lift the hold: it opens."
        )
    return steps
