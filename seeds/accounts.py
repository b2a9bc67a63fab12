"""Who there is in the demo: organisations, people and their roles, and what officers may see in the back-office."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group, Permission, User

from declarations.models import Account, Organisation, OrganisationKind, Role, mail_key
from declarations.words import RoleName


@dataclass(frozen=True, slots=True)
class Firm:
    """An exporter of the demo: a plausible name on a social credit code whose check characters are right."""

    name: str
    uscc: str
    kind: str
    is_trusted: bool = False


FIRMS: Mapping[str, Firm] = {
    "silu": Firm("兰州丝路驰远汽车贸易有限公司", "91620105224521729E", OrganisationKind.DEALER),
    "hantu": Firm("上海瀚途国际贸易有限公司", "91310115MA1K3BTP2B", OrganisationKind.DEALER),
    "beichen": Firm("北京北辰商用车进出口有限公司", "91110000600037341L", OrganisationKind.MAKER, is_trusted=True),
    "zhongxing": Firm("淮北众行二手车出口有限公司", "91340600MA2PBM9HXD", OrganisationKind.USED_DEALER),
    "tongda": Firm("兰州通达报关有限公司", "91620105571630591E", OrganisationKind.AGENT),
    "yuanchen": Firm("深圳远辰新能源汽车出口有限公司", "9144030071526726XG", OrganisationKind.DEALER),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with one role; firm: for whom he declares, empty for officers. Officers work at all ports."""

    first_name: str
    last_name: str
    role: str
    firm: str = ""


ACCOUNTS: Mapping[str, Person] = {
    "alice": Person("爱丽", "艾", RoleName.EXPORTER, "silu"),
    "bob": Person("博文", "鲍", RoleName.EXPORTER, "silu"),
    "mallory": Person("马洛", "马", RoleName.EXPORTER, "hantu"),
    "carl": Person("卡尔", "高", RoleName.DOCUMENTS),
    "olga": Person("奥丽佳", "欧", RoleName.CHECKPOINT),
    "ivan": Person("伊凡", "易", RoleName.INSPECTION),
    "sam": Person("三木", "沈", RoleName.SUPERVISOR),
    "oscar": Person("奥斯", "敖", RoleName.CONTROL_ROOM),
}
"""The accounts of CONTRACT section 1, the ones that var/demo.json opens."""

OTHERS: Mapping[str, Person] = {
    "hanbei": Person("北", "韩", RoleName.EXPORTER, "beichen"),
    "zhulin": Person("琳", "朱", RoleName.EXPORTER, "zhongxing"),
    "tonglin": Person("林", "佟", RoleName.AGENT, "tongda"),
    "yuanfei": Person("飞", "袁", RoleName.EXPORTER, "yuanchen"),
}
"""People of the demo's past who cannot sign in."""

WITH_KEY = ("alice", "mallory", "carl", "olga", "ivan", "sam", "oscar")
"""Who has a key for the API."""

APPS = ("declarations", "checkpoint", "auth")
MAY_CHANGE = (
    "port",
    "bay",
    "closure",
    "holdreason",
    "nationalcode",
    "papertype",
    "platepattern",
    "wmi",
    "hs6",
    "riskrule",
    "checkpoint",
    "lane",
    "device",
)
"""What a supervisor keeps in the back-office; everything with a status is moved by actions alone."""


def make_people(*, now: datetime) -> dict[str, User]:
    """Write organisations, verified by the supervisor, and people with their roles; nobody can sign in yet."""
    groups = _groups()
    people = {}
    for username, person in {**ACCOUNTS, **OTHERS}.items():
        is_officer = not person.firm
        user = User(
            username=username,
            # A Chinese name is one word, family name first; Django would put a blank in and turn it round.
            first_name=person.last_name + person.first_name,
            email=f"{username}@silkgate.example",
            is_staff=is_officer,
            date_joined=now,
        )
        user.set_unusable_password()
        user.save()
        Account.objects.create(user=user, mail_key=mail_key(user.email), mail_confirmed_at=now)
        if is_officer:
            user.groups.add(groups["officers"])
        if person.role == RoleName.SUPERVISOR:
            user.groups.add(groups["supervisors"])
        people[username] = user
    firms = {
        key: Organisation.objects.create(
            name=firm.name,
            uscc=firm.uscc,
            kind=firm.kind,
            is_trusted=firm.is_trusted,
            verified_at=now,
            verified_by=people["sam"],
            created_at=now,
        )
        for key, firm in FIRMS.items()
    }
    Role.objects.bulk_create(
        Role(
            user=people[username],
            role=person.role,
            organisation=firms[person.firm] if person.firm else None,
            manages=bool(person.firm) and username != "bob",
        )
        for username, person in {**ACCOUNTS, **OTHERS}.items()
    )
    return people


def _groups() -> dict[str, Group]:
    """Officers see every list of the back-office; supervisors keep the code lists, rules and lanes besides."""
    here = Permission.objects.filter(content_type__app_label__in=APPS)
    changes = [f"{verb}_{name}" for verb in ("add", "change") for name in MAY_CHANGE]
    wanted = {
        "officers": here.filter(codename__startswith="view_"),
        "supervisors": here.filter(codename__in=changes),
    }
    groups = {}
    for name, permissions in wanted.items():
        groups[name], _new = Group.objects.get_or_create(name=name)
        groups[name].permissions.set(permissions)
    return groups
