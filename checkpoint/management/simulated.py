"""A lane without its machines: camera, scanner, controller and barrier as a program that knows the addresses alone.

It speaks HTTP to any site and reads no table, so what it can do a real lane can do.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xml.etree import ElementTree
from xml.sax.saxutils import escape

TIMEOUT_S = 10
SOFTWARE = "lane simulator 1"


class Refused(Exception):
    """The site said no, in its own words."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the lane reads of one vehicle."""

    code: str | None
    plate: str = ""
    card: str = ""
    confidence: float = 0.97


@dataclass(frozen=True, slots=True)
class Seen:
    """What the site answered. result: ADMIT, ALARM, MANUAL, or Y, N, M of JGS/T 14."""

    result: str
    reason: str
    session: str
    lifts: bool


class Site:
    """A site and a key; every call is one request."""

    def __init__(self, base_url: str, key: str = "") -> None:
        if not base_url.startswith(("http://", "https://")):
            raise Refused(f"{base_url} is no address of a site")
        self.base_url, self.key = base_url.rstrip("/"), key

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API.

        Raises: Refused.
        """
        content = None if body is None else json.dumps(body).encode()
        return json.loads(self.send(method, f"/api/v1{path}", content, "application/json"))

    def send(self, method: str, path: str, content: bytes | None, kind: str) -> bytes:
        """One request; its answer as bytes.

        Raises: Refused with the site's own words; OSError while it cannot be reached.
        """
        headers = {"Content-Type": kind, "Accept-Language": "en"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = Request(self.base_url + path, data=content, headers=headers, method=method)
        try:
            with urlopen(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read())
        except HTTPError as failure:
            with failure:
                raise Refused(f"{method} {path}: {failure.code} {_words(failure.read())}") from failure


class SimulatedLane:
    """One lane's equipment. fails: whether the barrier fails at its n-th order."""

    def __init__(self, site: Site, *, jgst14: bool = False, fails: Callable[[int], bool] = lambda _n: False) -> None:
        self.site, self.jgst14, self.fails = site, jgst14, fails
        self.lane = ""
        self.cursor = ""
        self.done: dict[str, str] = {}

    @classmethod
    def enrol(cls, base_url: str, code: str, **options: Any) -> "SimulatedLane":
        """Trade a one-time code for a key, as a machine does when it is set up.

        Raises: Refused.
        """
        told = Site(base_url).json("POST", "/devices/enrol", {"code": code, "name": "simulator", "software": SOFTWARE})
        lane = cls(Site(base_url, told["key"]), **options)
        lane.lane = told["lane"]
        return lane

    def heartbeat(self, *, now: datetime, **told: Any) -> dict[str, Any]:
        """Tell that all is well; the answer says at which lane this machine stands."""
        body = {"sent_at": now.astimezone(UTC).isoformat(), "queued": 0, "software": SOFTWARE, "faults": [], **told}
        answer: dict[str, Any] = self.site.json("POST", "/devices/heartbeat", body)
        self.lane = answer["settings"]["lane"]
        return answer

    def arrive(self, arrival: Arrival) -> Seen:
        """Read a vehicle and ask the gate."""
        return self._gather(arrival) if self.jgst14 else self._scan(arrival)

    def work_the_barrier(self, *, now: datetime) -> list[tuple[str, str]]:
        """Fetch orders, carry each out once and say what became of it."""
        path = f"/lanes/{self.lane}/orders" + (f"?after={self.cursor}" if self.cursor else "")
        told = self.site.json("GET", path)
        self.cursor = told["next"]
        carried = []
        for order in told["results"]:
            name = order["id"]
            if name not in self.done:
                self.done[name] = "FAILED" if self.fails(len(self.done) + 1) else "LIFTED"
            body = {"outcome": self.done[name], "at": now.astimezone(UTC).isoformat()}
            self.site.json("POST", f"/lanes/{self.lane}/orders/{name}/ack", body)
            carried.append((name, self.done[name]))
        return carried

    def _scan(self, arrival: Arrival) -> Seen:
        scan_id = str(uuid.uuid4())
        body: dict[str, Any] = {"scan_id": scan_id, "code": arrival.code}
        if arrival.plate:
            body["plate"] = {"text": arrival.plate, "confidence": arrival.confidence}
        if arrival.card:
            body["driver_card"] = arrival.card
        answer = self.site.json("POST", "/scans", body)
        return Seen(answer["verdict"], answer["reason"], scan_id, answer["barrier"] == "LIFT")

    def _gather(self, arrival: Arrival) -> Seen:
        session = uuid.uuid4().hex
        fields: Mapping[str, str] = {
            "SESSION_ID": session,
            "CHNL_NO": self.lane,
            "GETHER_MODE": "A",
            "VE_LICENSE_NO": arrival.plate,
            "CONFIDENCE": "Y" if arrival.confidence >= 0.9 else "N",
        }
        inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items() if text)
        if arrival.code:
            code = escape(arrival.code)
            inside += f"<FORM_INFO><FORM_TYPE>QR</FORM_TYPE><FORM_ID>{code}</FORM_ID></FORM_INFO>"
        if arrival.card:
            inside += f"<IC_INFO><IC_NO>{escape(arrival.card)}</IC_NO></IC_INFO>"
        content = f"<GATHER_INFO>{inside}</GATHER_INFO>".encode()
        answer = ElementTree.fromstring(self.site.send("POST", "/bridge/jgst14", content, "text/xml"))
        told = {element.tag: element.text or "" for element in answer}
        reason = told["PROC_ERROR_CODE"] or told["TECH_ERROR_CODE"] or "OK"
        return Seen(told["CHECK_RESULT"], reason, session, told["CHECK_RESULT"] == "Y")


def released_passes(site: Site, *, most: int) -> list[Arrival]:
    """Passes of vehicles that are on their way, asked with an exporter's key, for a lane of a demonstration."""
    found: list[Arrival] = []
    path = "/declarations?status=RELEASED"
    for row in site.json("GET", path)["results"]:
        one = site.json("GET", f"/declarations/{row['reference']}")
        for vehicle in one["vehicles"]:
            if vehicle["status"] not in ("DECLARED", "PRESENTED", "RELEASED"):
                continue
            issued = site.json("GET", f"/declarations/{row['reference']}/vehicles/{vehicle['vin']}/pass")
            card = (vehicle.get("driver") or {}).get("card") or ""
            found.append(Arrival(issued["code"], vehicle.get("plate") or "", card))
            if len(found) >= most:
                return found
    return found


def _words(answer: bytes) -> str:
    """What a refusal says, shortly."""
    text = answer.decode(errors="replace")
    try:
        problem = json.loads(text)
        return f"{problem['code']} {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return " ".join(text.split())[:300]
