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
            "    1. Sign in as alice, declare a vehicle, check the answers, lodge. A worker decides in two seconds.",
            "    2. Open the vehicle's pass: the QR code, and under it the code to type.",
            "    3. In another browser sign in as olga, open a lane at the gate, type that code.",
            "    4. As carl place a hold on the declaration and scan again.",
            "",
            "  API keys and devices stand in var/demo.json.",
        ]
    lines += [
        f"  Logs are in {logs}; `. var/demo.env` gives another terminal the demo's settings for manage.py.",
        "  Ctrl-C stops everything and keeps the data; RESET=1 make demo begins anew.",
        "",
    ]
    return "\n".join(lines)
