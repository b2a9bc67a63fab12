"""What the gate answers: facts in, one decision out. Pure, so that every case has a name and a test.

`decide` asks the causes of the gate's ladder in their order; the first that is true decides. Whoever gathers the facts
may leave out what he does not know: no default opens a gate.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from checkpoint import likeness
from checkpoint.likeness import Likeness
from checkpoint.reasons import REASONS, Reason, Verdict
from declarations.lifecycle import CLOSED_VEHICLE, DeclarationStatus, PassStatus, VehicleStatus
from declarations.words import Mode, Stage


class CodeRead(StrEnum):
    """What came of the code that was shown."""

    NONE = "NONE"
    """None was read, or a manual code whose check fails: the same as none."""
    LIMITED = "LIMITED"
    """A manual code past the limit of tries; it was not looked up."""
    PASS = "PASS"
    """A genuine pass or a well-formed manual code; whether its row exists, the vehicle says."""
    NOT_A_PASS = "NOT_A_PASS"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"


class Seen(StrEnum):
    """The facts a lane can bring beside the code."""

    VIN = "VIN"
    PLATE = "PLATE"
    CARD = "CARD"


MustSee = tuple[frozenset[Seen], ...]
"""Groups of facts: of each group one must have come and be the declared one."""

ANY_OF_THREE: MustSee = (frozenset(Seen),)
DEFAULT_MUST_SEE: Mapping[Stage, MustSee] = {Stage.ENTRY: (), Stage.RELEASE: ANY_OF_THREE, Stage.EXIT: ANY_OF_THREE}
"""What a lane has to bring unless its own row says otherwise."""

SECOND_SCAN = timedelta(minutes=30)
"""Where a port has no EXIT gate, a scan this soon after the exit is the same visit and not a return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that one scan is judged by.

    The lane and its port
      now                 aware; the server's clock
      stage               what this lane's gate does
      port_stages         the stages for which the port has gates
      must_see            groups of facts the lane has to bring; None: the stage's default
      entry_advises       port setting: at ENTRY what can be settled in the yard is advice and stops nobody
      port_is_closed      the port is closed now
      tail_is_enough      port setting: the last six of a VIN count where a VIN must be seen
      weight_tolerance    port setting, per cent; None: weights are not compared

    What was read
      code                what came of the code
      found_by            None: the code found the vehicle; PLATE or CARD when no code did. A VIN finds nothing
      vin_seen            normalised
      vin_tail_seen       the last six of a VIN, normalised
      vin_confidence      of VIN or tail, as of a plate
      plate_seen          normalised
      plate_confidence    0 … 1; None: typed by a person
      plate_threshold     a plate or VIN read with less confidence is a doubt, and is compared with nothing
      weight_seen         kg
      card_seen           digest of the driver's card
      card_is_known       somebody holds that card
      device_fault        the device says of itself that it is not well
      timed_out           rows could not be read or locked in time: only the code itself is judged
      manifest_is_stale   decided without the server, on a list that is too old

    The vehicle that was found (vehicle_status None: none was) and its declaration
      vehicle_status      before this scan
      mode                how it crosses
      at_own_port         its pass is for the port of this lane
      pass_status         of the pass shown; found by plate or card: of its newest pass, None if it has none
      pass_is_newest      no newer version of that pass exists
      valid_from, valid_until   of that pass
      admitted            stages with a live admission
      exited_at           when it left
      declaration_status  of its declaration
      declaration_on_hold an open hold on the declaration; nobody can override it
      holds               keys of the open holds on the vehicle itself
      document_checks     keys of its document checks that are open or were refused
      overridden          keys of holds and checks named by an override in force: granted, not lapsed, not used, for
                          this vehicle and stage. Keys of holds and checks must differ
      paper_expired       export licence, temporary plate or insurance has run out
      inspection_failed   the latest result is NOT_SATISFACTORY
      inspection_due      an inspection is ordered or in progress
      vin_declared, plate_declared, card_declared   normalised like what was seen; None: nothing declared
      masses_declared     kg, curb and gross, those that are declared
    """

    now: datetime
    stage: Stage
    port_stages: frozenset[Stage]
    must_see: MustSee | None = None
    entry_advises: bool = True
    port_is_closed: bool = False
    tail_is_enough: bool = True
    weight_tolerance: float | None = None

    code: CodeRead
    found_by: Seen | None = None
    vin_seen: str | None = None
    vin_tail_seen: str | None = None
    vin_confidence: float | None = None
    plate_seen: str | None = None
    plate_confidence: float | None = None
    plate_threshold: float = 0.8
    weight_seen: int | None = None
    card_seen: str | None = None
    card_is_known: bool = False
    device_fault: bool = False
    timed_out: bool = False
    manifest_is_stale: bool = False

    vehicle_status: VehicleStatus | None = None
    mode: Mode = Mode.SELF_DRIVE
    at_own_port: bool = False
    pass_status: PassStatus | None = None
    pass_is_newest: bool = True
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    admitted: frozenset[Stage] = frozenset()
    exited_at: datetime | None = None
    declaration_status: DeclarationStatus | None = None
    declaration_on_hold: bool = False
    holds: frozenset[Hashable] = frozenset()
    document_checks: frozenset[Hashable] = frozenset()
    overridden: frozenset[Hashable] = frozenset()
    paper_expired: bool = False
    inspection_failed: bool = False
    inspection_due: bool = False
    vin_declared: str | None = None
    plate_declared: str | None = None
    card_declared: str | None = None
    masses_declared: tuple[int, ...] = ()

    @property
    def is_found(self) -> bool:
        """One vehicle is identified, in a way that is allowed to."""
        if self.vehicle_status is None:
            return False
        if self.code is CodeRead.PASS:
            return self.found_by is None and self.pass_status is not None
        by_plate = self.found_by is Seen.PLATE and self.likenesses.get(Seen.PLATE) is not Likeness.DOUBTFUL
        return self.code is CodeRead.NONE and (by_plate or self.found_by is Seen.CARD)

    @property
    def likenesses(self) -> dict[Seen, Likeness]:
        """Of each fact that was read: how it stands to the declared one."""
        vin_doubtful = likeness.is_doubtful(self.vin_confidence, self.plate_threshold)
        plate_doubtful = likeness.is_doubtful(self.plate_confidence, self.plate_threshold)
        whole = likeness.judge(self.vin_seen, self.vin_declared, doubtful=vin_doubtful)
        tail = likeness.judge_tail(self.vin_tail_seen, self.vin_declared, doubtful=vin_doubtful)
        found = {
            Seen.VIN: likeness.worst(whole, tail),
            Seen.PLATE: likeness.judge(self.plate_seen, self.plate_declared, doubtful=plate_doubtful),
            Seen.CARD: likeness.judge_card(self.card_seen, self.card_declared),
        }
        return {fact: each for fact, each in found.items() if each is not None}

    @property
    def weight_likeness(self) -> Likeness | None:
        """How the weight stands to the declared masses; it identifies nothing."""
        return likeness.judge_weight(self.weight_seen, self.masses_declared, self.weight_tolerance)

    @property
    def own(self) -> frozenset[Seen]:
        """The facts seen that are this vehicle's own, the one that found it among them."""
        return frozenset(fact for fact, each in self.likenesses.items() if each is Likeness.SAME)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and the statuses the vehicle goes through in this passage, in order.

    advice: what would stop a later gate and does not stop ENTRY; empty unless the verdict is ADMIT.
    """

    verdict: Verdict
    reason: Reason
    advice: tuple[Reason, ...] = ()
    moves: tuple[VehicleStatus, ...] = ()


ADVICE_AT_ENTRY = frozenset(
    {
        Reason.SUPERSEDED,
        Reason.EXPIRED,
        Reason.DECLARATION_NOT_RELEASED,
        Reason.HOLD,
        Reason.DOCUMENTS_DUE,
        Reason.PAPER_EXPIRED,
        Reason.INSPECTION_FAILED,
        Reason.INSPECTION_DUE,
    }
)
"""What can be settled in the yard; DECLARATION_NOT_RELEASED only while customs is at work on it."""

AT_WORK = frozenset({DeclarationStatus.UNDER_CONTROL, DeclarationStatus.DOCUMENTS_REQUIRED})

MISMATCHES = frozenset({Reason.VIN_MISMATCH, Reason.PLATE_MISMATCH, Reason.DRIVER_MISMATCH})
REFERRING: Mapping[Stage, frozenset[Reason]] = {
    Stage.ENTRY: frozenset(),
    Stage.RELEASE: MISMATCHES | {Reason.HOLD, Reason.DOCUMENTS_DUE, Reason.INSPECTION_FAILED, Reason.INSPECTION_DUE},
    Stage.EXIT: MISMATCHES,
}
"""The refusals that hand the vehicle to an officer, if something seen proves that it is there."""


def decide(facts: Facts) -> Decision:
    """The first cause that is true decides; no cause: ADMIT."""
    advice = []
    for reason in _causes(facts):
        if _is_advice(reason, facts):
            advice.append(reason)
        else:
            return Decision(REASONS[reason].verdict, reason, moves=_moves_of_refusal(reason, facts))
    return Decision(Verdict.ADMIT, Reason.OK, tuple(advice), _moves_of_admission(facts))


def _causes(facts: Facts) -> Iterator[Reason]:
    """Every cause there is against this scan, in the order of the ladder."""
    if facts.code in (CodeRead.NOT_A_PASS, CodeRead.UNKNOWN_KEY, CodeRead.BAD_SIGNATURE):
        yield Reason(facts.code.value)
    elif facts.timed_out:
        yield Reason.TIMED_OUT  # Before all that rows are needed for: no failure of ours may become an ALARM.
    elif facts.code is CodeRead.LIMITED:
        yield Reason.CODE_UNREADABLE
    elif facts.code is CodeRead.PASS and not facts.is_found:
        yield Reason.UNKNOWN_PASS
    if facts.is_found:
        yield from _against_the_pass(facts)
        yield from _against_the_step(facts)
        yield from _against_the_time(facts)
        yield from _against_release(facts)
        yield from _against_the_likeness(facts)
    yield from _doubts(facts)


def _against_the_pass(facts: Facts) -> Iterator[Reason]:
    if facts.vehicle_status is VehicleStatus.WITHDRAWN:
        yield Reason.WITHDRAWN
    if facts.pass_status is PassStatus.REVOKED:
        yield Reason.REVOKED
    if facts.pass_status is PassStatus.SUPERSEDED or not facts.pass_is_newest:
        yield Reason.SUPERSEDED
    if not facts.at_own_port:
        yield Reason.WRONG_PORT


def _against_the_step(facts: Facts) -> Iterator[Reason]:
    """Whether this stage is the vehicle's next. Admissions and status say the same; each alone is enough to stop."""
    status, stage, admitted = facts.vehicle_status, facts.stage, facts.admitted
    if status is VehicleStatus.EXITED and stage is not Stage.EXIT and not _is_second_scan(facts):
        yield Reason.COMING_BACK
    if stage in admitted or facts.pass_status is PassStatus.CONSUMED or status in DONE[stage]:
        yield Reason.ALREADY_ADMITTED
    before = {earlier for earlier in facts.port_stages if ORDER.index(earlier) < ORDER.index(stage)}
    if not before <= admitted or status in NOT_YET[stage] or (status is VehicleStatus.DECLARED and before):
        yield Reason.WRONG_STAGE
    if status is VehicleStatus.DETAINED:
        yield Reason.DETAINED


ORDER = (Stage.ENTRY, Stage.RELEASE, Stage.EXIT)
DONE: Mapping[Stage, frozenset[VehicleStatus]] = {
    Stage.ENTRY: CLOSED_VEHICLE | {VehicleStatus.PRESENTED, VehicleStatus.REFERRED, VehicleStatus.RELEASED},
    Stage.RELEASE: CLOSED_VEHICLE | {VehicleStatus.RELEASED},
    Stage.EXIT: CLOSED_VEHICLE,
}
"""Statuses that lie behind a stage."""
NOT_YET: Mapping[Stage, frozenset[VehicleStatus]] = {
    Stage.ENTRY: frozenset(),
    Stage.RELEASE: frozenset(),
    Stage.EXIT: frozenset({VehicleStatus.DECLARED, VehicleStatus.PRESENTED, VehicleStatus.REFERRED}),
}
"""Statuses that a vehicle has before it may come to a stage."""


def _is_second_scan(facts: Facts) -> bool:
    if Stage.EXIT in facts.port_stages or facts.exited_at is None:
        return False
    return facts.now - facts.exited_at < SECOND_SCAN


def _against_the_time(facts: Facts) -> Iterator[Reason]:
    if facts.valid_from is not None and facts.now < facts.valid_from:
        yield Reason.NOT_YET_VALID
    is_over = facts.valid_until is not None and facts.now >= facts.valid_until
    if is_over and facts.vehicle_status is VehicleStatus.DECLARED:
        yield Reason.EXPIRED
    if facts.port_is_closed:
        yield Reason.PORT_CLOSED


def _against_release(facts: Facts) -> Iterator[Reason]:
    """Declaration, controls and papers. An override closes the controls it names, on the vehicle only."""
    if facts.declaration_status is not DeclarationStatus.RELEASED and facts.stage is not Stage.EXIT:
        yield Reason.DECLARATION_NOT_RELEASED
    if facts.declaration_on_hold or facts.holds - facts.overridden:
        yield Reason.HOLD
    if facts.document_checks - facts.overridden:
        yield Reason.DOCUMENTS_DUE
    if facts.paper_expired:
        yield Reason.PAPER_EXPIRED
    if facts.inspection_failed:
        yield Reason.INSPECTION_FAILED
    if facts.inspection_due:
        yield Reason.INSPECTION_DUE


def _against_the_likeness(facts: Facts) -> Iterator[Reason]:
    differ = {fact for fact, each in facts.likenesses.items() if each is Likeness.DIFFERENT}
    if Seen.VIN in differ:
        yield Reason.VIN_MISMATCH
    if Seen.PLATE in differ:
        yield Reason.PLATE_MISMATCH
    if Seen.CARD in differ and facts.card_is_known:
        yield Reason.DRIVER_MISMATCH


def _doubts(facts: Facts) -> Iterator[Reason]:
    """What no machine should settle."""
    if likeness.UNCLEAR & set(facts.likenesses.values()):
        yield Reason.LOW_CONFIDENCE
    if facts.weight_likeness is Likeness.DIFFERENT:
        yield Reason.WEIGHT_DIFFERS
    if facts.card_seen and not facts.card_is_known and Seen.CARD not in facts.own:
        yield Reason.DRIVER_UNKNOWN
    if not facts.is_found:
        yield Reason.CODE_UNREADABLE
    elif _is_too_little(facts):
        yield Reason.NOTHING_TO_COMPARE
    if facts.device_fault:
        yield Reason.DEVICE_FAULT
    if facts.manifest_is_stale:
        yield Reason.STALE_MANIFEST


def wanted_facts(stage: Stage, must_see: MustSee | None) -> MustSee:
    """What a lane has to bring: its own setting, or else its stage's."""
    return DEFAULT_MUST_SEE[stage] if must_see is None else must_see


def _is_too_little(facts: Facts) -> bool:
    """Whether the lane brought less than it must. A photographed code alone opens no RELEASE and no EXIT gate."""
    compared = facts.own - {facts.found_by}
    if not facts.vin_seen and not facts.tail_is_enough:
        compared -= {Seen.VIN}
    must_see = wanted_facts(facts.stage, facts.must_see)
    code_is_enough = facts.stage is Stage.ENTRY and facts.found_by is None
    return not (compared or code_is_enough) or not all(group & compared for group in must_see)


def _is_advice(reason: Reason, facts: Facts) -> bool:
    if facts.stage is not Stage.ENTRY or not facts.entry_advises or reason not in ADVICE_AT_ENTRY:
        return False
    return reason is not Reason.DECLARATION_NOT_RELEASED or facts.declaration_status in AT_WORK


def _moves_of_refusal(reason: Reason, facts: Facts) -> tuple[VehicleStatus, ...]:
    if reason not in REFERRING[facts.stage] or not facts.own or facts.vehicle_status is VehicleStatus.REFERRED:
        return ()
    if facts.vehicle_status is VehicleStatus.DECLARED:
        return (VehicleStatus.PRESENTED, VehicleStatus.REFERRED)
    return (VehicleStatus.REFERRED,)


def _moves_of_admission(facts: Facts) -> tuple[VehicleStatus, ...]:
    match facts.stage:
        case Stage.ENTRY:
            return (VehicleStatus.PRESENTED,)
        case Stage.EXIT:
            return (VehicleStatus.EXITED,)
    first = () if facts.vehicle_status is VehicleStatus.PRESENTED else (VehicleStatus.PRESENTED,)
    goes_on = Stage.EXIT not in facts.port_stages and facts.mode is Mode.SELF_DRIVE
    return (*first, VehicleStatus.RELEASED, *((VehicleStatus.EXITED,) if goes_on else ()))
