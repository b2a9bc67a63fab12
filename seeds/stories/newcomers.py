"""Who is new: an organisation that waits for an officer, an invitation, an agent with an exporter's authority."""

import json
from datetime import timedelta

from django.utils import timezone

from declarations.actions.people import agents, colleagues, joining
from declarations.models import Letter, OrganisationKind, roles_of
from declarations.words import LetterKind, RoleName
from seeds.accounts import FIRMS
from seeds.world import Story, World


def signs_up(world: World) -> Story:
    """A dealer signs up and confirms his mail address; nobody has verified it yet."""
    yield world.ago(hours=5)
    who = joining.Applicant(
        name="罗敏",
        mail="luomin@tianqi.example",
        password="not known to anybody",
        organisation="兰州天骑汽车贸易有限公司",
        uscc="91620105794891756D",
        kind=OrganisationKind.DEALER,
        language="zh-hans",
    )
    joining.sign_up(who, now=world.now)
    letter = Letter.objects.filter(kind=LetterKind.SIGN_UP, sent_at=None).latest("pk")
    token = json.loads(letter.content)["token"]
    yield world.ago(hours=4, minutes=50)
    user = joining.confirm(token=token, password=who.password, now=world.now)
    user.set_unusable_password()
    user.save(update_fields=["password"])


def invites(world: World) -> Story:
    """Alice has invited a colleague who has not answered."""
    yield world.ago(hours=20)
    alice = world.people["alice"]
    (organisation_id,) = roles_of(alice).own_organisations
    colleagues.invite(
        organisation_id=organisation_id,
        mail="wang@silu.example",
        role=RoleName.EXPORTER,
        manages=False,
        language="zh-hans",
        by=alice,
        now=world.now,
    )


def gives_authority(world: World) -> Story:
    """A customs agent declares for Alice's organisation."""
    yield world.ago(days=9)
    alice, agent = world.people["alice"], world.people["tonglin"]
    (organisation_id,) = roles_of(alice).own_organisations
    today = timezone.localdate(world.now)
    authority = agents.grant(
        principal_id=organisation_id,
        agent_uscc=FIRMS["tongda"].uscc,
        document_number="WT-2026-0417",
        valid_from=today,
        valid_until=today + timedelta(days=365),
        by=alice,
        now=world.now,
    )
    yield world.ago(days=8, hours=20)
    agents.accept(authority_id=authority.pk, by=agent, now=world.now)


STORIES = (signs_up, invites, gives_authority)
