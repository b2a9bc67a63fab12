"""The ladder's cases as data: `python -m tests.checkpoint.ladder_cases` writes ladder_cases.json, which Python and
JavaScript answer alike. Beside the named ones, `random_facts` makes any number of others.
"""

import json
import os
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from random import Random

WRITTEN = Path(__file__).with_suffix(".json")


def as_json(facts):
    """Facts in the devices' spelling: sets sorted, moments in milliseconds, what is as usual left out."""
    told = [field.name for field in fields(facts) if getattr(facts, field.name) != field.default]
    return {name: _plain(getattr(facts, name)) for name in told}


def _plain(value):
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, frozenset | tuple):
        plain = [_plain(each) for each in value]
        return sorted(plain) if isinstance(value, frozenset) else plain
    return value


def answer_as_json(decision):
    """A decision in the devices' spelling."""
    return {
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "advice": [reason.value for reason in decision.advice],
        "moves": [status.value for status in decision.moves],
    }


def from_json(row):
    """The facts of one case."""
    from checkpoint.decision import CodeRead, Facts, Seen
    from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
    from declarations.words import Mode, Stage

    def moment(value):
        return datetime.fromtimestamp(value / 1000, UTC)

    def several(kind):
        return lambda values: frozenset(map(kind, values))

    kinds = {
        "now": moment,
        "stage": Stage,
        "port_stages": several(Stage),
        "must_see": lambda groups: tuple(map(several(Seen), groups)),
        "code": CodeRead,
        "found_by": Seen,
        "vehicle_status": VehicleStatus,
        "mode": Mode,
        "pass_status": PassStatus,
        "valid_from": moment,
        "valid_until": moment,
        "admitted": several(Stage),
        "exited_at": moment,
        "declaration_status": DeclarationStatus,
        "holds": frozenset,
        "document_checks": frozenset,
        "overridden": frozenset,
        "masses_declared": tuple,
    }
    return Facts(**{name: kinds.get(name, lambda same: same)(value) for name, value in row.items()})


def named_cases():
    """Every reason at every gate, pairs of causes, advice in the yard, every move, overrides, ways to be found."""
    from checkpoint.decision import CodeRead, Seen
    from checkpoint.reasons import Reason
    from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
    from declarations.words import Stage
    from tests.checkpoint.test_decision import scans

    for reason, (gates, changes) in scans.CAUSES.items():
        for gate in gates:
            yield f"{reason} at {gate}", scans.GATES[gate](**changes)
    for earlier, later in combinations(Reason, 2):
        (gates, one), (others, other) = scans.CAUSES[earlier], scans.CAUSES[later]
        if Reason.OK in (earlier, later) or any(one[name] != other[name] for name in one.keys() & other.keys()):
            continue
        for gate in [gate for gate in gates if gate in others][:1]:
            yield f"{earlier} before {later} at {gate}", scans.GATES[gate](**other | one)
    for reason, (_gates, changes) in scans.CAUSES.items():
        yield f"{reason} in a yard that advises", scans.at(Stage.ENTRY, **changes)
    for name, (stage, stages, changes, _moves) in scans.ADMISSIONS.items():
        yield name, scans.at(stage, stages, **changes)
    for status, stage in product(VehicleStatus, Stage):
        yield f"{status} at {stage}", scans.at(stage, vehicle_status=status)
    for status, stage in product(DeclarationStatus, Stage):
        yield f"declaration {status} at {stage}", scans.at(stage, declaration_status=status)
    for status in PassStatus:
        yield f"pass {status}", scans.at(Stage.RELEASE, pass_status=status)
    found = {"code": CodeRead.NONE, "plate_seen": "PLATE-1", "vin_seen": None, "found_by": Seen.PLATE}
    yield "found by its plate and nothing else", scans.at(Stage.RELEASE, **found)
    yield "found by its plate, its VIN seen", scans.at(Stage.RELEASE, **found | {"vin_seen": "VIN-0001"})
    yield "found by a doubtful plate", scans.at(Stage.RELEASE, **found | {"plate_confidence": 0.5})
    yield "found by a card", scans.at(Stage.RELEASE, **found | {"found_by": Seen.CARD, "card_seen": "CARD-1"})
    yield "a VIN finds nothing", scans.at(Stage.RELEASE, code=CodeRead.NONE, found_by=Seen.VIN)
    yield "a limited manual code", scans.at(Stage.RELEASE, code=CodeRead.LIMITED, **scans.NOBODY)
    yield (
        "an override that covers",
        scans.at(Stage.RELEASE, holds=frozenset({"hold"}), overridden=frozenset({"hold", "check"})),
    )
    yield (
        "an override that covers one of two",
        scans.at(Stage.RELEASE, holds=frozenset({"hold", "hold 2"}), overridden=frozenset({"hold"})),
    )
    for minutes in (29, 30):
        yield (
            f"back after {minutes} minutes",
            scans.at(
                Stage.RELEASE,
                scans.ONE_GATE,
                vehicle_status=VehicleStatus.EXITED,
                exited_at=scans.NOW - timedelta(minutes=minutes),
            ),
        )
    for must_see in ((), scans.VIN_AND_CARD, scans.VIN_OR_CARD):
        for seen in ({}, {"card_seen": "CARD-1"}, {"vin_seen": None}, {"vin_seen": None, "plate_seen": "PLATE-1"}):
            for stage in Stage:
                yield f"must see {_plain(must_see)}, {seen} at {stage}", scans.at(stage, must_see=must_see, **seen)

    for name, changes in LIKENESSES.items():
        for stage in Stage:
            yield f"{name} at {stage}", scans.at(stage, **changes)


LIKENESSES = {
    "a VIN with one look-alike": {"vin_seen": "VIN-0O01"},
    "a VIN with two look-alikes": {"vin_seen": "VIN-OO01"},
    "a VIN with an unread character": {"vin_seen": "VIN-0?01"},
    "a VIN cut off at its end": {"vin_seen": "VIN-000"},
    "a VIN cut off in its middle": {"vin_seen": "VIN-001"},
    "a VIN read with doubt": {"vin_seen": "VIN-0002", "vin_confidence": 0.79},
    "a VIN read without doubt": {"vin_seen": "VIN-0001", "vin_confidence": 0.8},
    "a VIN beside none": {"vin_declared": None},
    "the last six": {"vin_seen": None, "vin_tail_seen": "N-0001"},
    "the last six where they are not enough": {"vin_seen": None, "vin_tail_seen": "N-0001", "tail_is_enough": False},
    "the whole VIN where six are not enough": {"vin_tail_seen": "N-0001", "tail_is_enough": False},
    "the last six of another": {"vin_seen": None, "vin_tail_seen": "N-0002"},
    "the last six with a look-alike": {"vin_seen": None, "vin_tail_seen": "N-00O1"},
    "the last five": {"vin_seen": None, "vin_tail_seen": "-0001"},
    "the last six read with doubt": {"vin_seen": None, "vin_tail_seen": "N-0001", "vin_confidence": 0.1},
    "the VIN and the last six of another": {"vin_tail_seen": "N-0002"},
    "another VIN and the last six": {"vin_seen": "VIN-0002", "vin_tail_seen": "N-0001"},
    "a plate with one look-alike": {"plate_seen": "PLATE-I"},
    "a plate with a character too many": {"plate_seen": "1PLATE-1"},
    "a slip and another plate": {"vin_seen": "VIN-000I", "plate_seen": "PLATE-2"},
    "a slip and a plate that fits": {"vin_seen": "VIN-000I", "plate_seen": "PLATE-1"},
    "a slip and a hold": {"vin_seen": "VIN-000I", "holds": frozenset({"hold"})},
    "a plate beside none": {"plate_seen": "PLATE-2", "plate_declared": None},
    "a card beside none": {"card_seen": "CARD-2", "card_is_known": True, "card_declared": None},
    "a card one look-alike apart": {"card_seen": "CARD-I", "card_is_known": True},
    "a weight nobody compares": {"weight_seen": 9000, "masses_declared": (1450,)},
    "a weight beside none": {"weight_seen": 9000, "weight_tolerance": 5.0},
    "a weight between the masses": {"weight_seen": 1700, "masses_declared": (1950, 1450), "weight_tolerance": 0.0},
    "a weight at the edge below": {"weight_seen": 1378, "masses_declared": (1450,), "weight_tolerance": 5.0},
    "a weight under the edge": {"weight_seen": 1377, "masses_declared": (1450,), "weight_tolerance": 5.0},
    "a weight at the edge above": {"weight_seen": 1522, "masses_declared": (1450,), "weight_tolerance": 5.0},
    "a weight over the edge": {"weight_seen": 1523, "masses_declared": (1450,), "weight_tolerance": 5.0},
    "a slip and a weight that differs": {
        "vin_seen": "VIN-000I",
        "weight_seen": 9000,
        "masses_declared": (1450,),
        "weight_tolerance": 5.0,
    },
}
"""What was seen beside what is declared, at every stage."""


def random_facts(random: Random):
    """Facts of any kind, most of them near to good ones: what is far off never gets past the first rung."""
    from checkpoint.decision import CodeRead, Seen
    from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
    from declarations.words import Mode, Stage
    from tests.checkpoint.test_decision import scans

    stages = random.choice([scans.THREE_GATES, scans.ONE_GATE, frozenset({Stage.ENTRY, Stage.RELEASE})])
    stage = random.choice(sorted(stages))
    groups = [(), scans.VIN_AND_CARD, scans.VIN_OR_CARD, (frozenset({Seen.PLATE}),), (frozenset(),)]
    hour = timedelta(hours=1)
    choices = {
        "must_see": [None, *groups],
        "entry_advises": [True, False],
        "port_is_closed": [True],
        "code": list(CodeRead),
        "found_by": [None, *Seen],
        "tail_is_enough": [False],
        "weight_tolerance": [None, 0, 2.5, 5.0, 100],
        "vin_seen": [None, "", "VIN-0001", "VIN-0002", "VIN-000I", "VIN-000", "?IN-0001"],
        "vin_tail_seen": [None, "", "N-0001", "N-00O1", "N-0002", "-0001", "VIN-0001"],
        "vin_confidence": [None, 0, 0.79, 0.8, 1],
        "plate_seen": [None, "", "PLATE-1", "PLATE-2", "PLATE-I", "PLATE-", "#LATE-1"],
        "weight_seen": [None, 0, 1377, 1378, 1450, 1700, 3000],
        "plate_confidence": [None, 0, 0.79, 0.8, 1],
        "plate_threshold": [0, 0.8, 1],
        "card_seen": [None, "CARD-1", "CARD-2"],
        "card_is_known": [True, False],
        "device_fault": [True],
        "timed_out": [True],
        "manifest_is_stale": [True],
        "vehicle_status": [None, *VehicleStatus],
        "mode": list(Mode),
        "at_own_port": [False],
        "pass_status": [None, *PassStatus],
        "pass_is_newest": [False],
        "valid_from": [None, scans.NOW, scans.NOW + hour],
        "valid_until": [None, scans.NOW, scans.NOW - hour],
        "admitted": [frozenset(random.sample(sorted(Stage), count)) for count in range(4)],
        "exited_at": [None, scans.NOW - hour / 2, scans.NOW - hour / 4, scans.NOW - hour],
        "declaration_status": [None, *DeclarationStatus],
        "declaration_on_hold": [True],
        "holds": [frozenset({"a"}), frozenset({"a", "b"})],
        "document_checks": [frozenset({"c"})],
        "overridden": [frozenset({"a"}), frozenset({"a", "b", "c"})],
        "paper_expired": [True],
        "inspection_failed": [True],
        "inspection_due": [True],
        "vin_declared": [None, "", "VIN-0001", "0001"],
        "plate_declared": [None, "PLATE-1"],
        "card_declared": [None, "CARD-1"],
        "masses_declared": [(), (1450,), (1950, 1450)],
    }
    changed = random.sample(sorted(choices), min(len(choices), int(random.expovariate(0.3))))
    for together in (
        ("plate_seen", "plate_confidence"),
        ("card_seen", "card_is_known"),
        ("vin_seen", "vin_tail_seen", "tail_is_enough"),
        ("weight_seen", "weight_tolerance", "masses_declared"),
    ):
        changed += together if random.random() < 0.2 else ()
    return scans.at(stage, stages, **{name: random.choice(choices[name]) for name in changed})


def rule_cases():
    """Every combination of what the rule asks."""
    from checkpoint.offline.rule import Ages
    from checkpoint.reasons import Reason
    from declarations.words import Stage

    for stage, listed, attended, age_s, read, outcome, compared in product(
        Stage,
        (True, False),
        (True, False),
        (None, -1, 0, 900, 900.5, 14_400, 14_401),
        (True, False),
        ((Reason.OK, ()), (Reason.OK, (Reason.HOLD,)), (Reason.NOTHING_TO_COMPARE, ()), (Reason.HOLD, ())),
        ((), ("VIN",), ("PLATE",)),
    ):
        yield {
            "stage": stage,
            "is_listed": listed,
            "is_attended": attended,
            "age_s": age_s,
            "officer_read_vin": read,
            "reason": outcome[0],
            "advice": list(outcome[1]),
            "compared": list(compared),
            "ages": Ages(fresh_s=900, officer_s=14_400),
        }


def main():
    """Write the named cases with what the ladder in Python answers; a difference shows up in the review."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from checkpoint.decision import decide

    rows = [
        json.dumps({"name": name, "facts": as_json(facts), "answer": answer_as_json(decide(facts))})
        for name, facts in named_cases()
    ]
    WRITTEN.write_text("[\n" + ",\n".join(rows) + "\n]\n")
    print(f"{len(rows)} cases in {WRITTEN.name}")


if __name__ == "__main__":
    main()
