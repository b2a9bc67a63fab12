"""The hand-over: photos of both ends, one answer with one code, silence that counts, objections against it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image

from declarations.actions import handing_over, linking
from declarations.attachments import NotAttachable
from declarations.clearance import decisions
from declarations.errors import Unacceptable
from declarations.lifecycle import VehicleStatus
from declarations.models import HandOver, HandOverCode, HandOverPhoto, History, Vehicle
from declarations.words import Audience, HandOverResult, Side
from tests.cast import NOON, let_workers_run
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ACCEPTED, WITH_REMARKS, REFUSED, OBJECTED = HandOverResult


def picture(colour="white"):
    content = BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    return content.getvalue()


class Way:
    """One vehicle with both links and the importer's code."""

    def __init__(self, row, by):
        self.by, self.pk = by, row.vehicles.get().pk
        make = {"vehicle_id": self.pk, "by": by, "now": NOON}
        self.driver = linking.make(audience=Audience.DRIVER, **make)
        self.importer = linking.make(audience=Audience.IMPORTER, **make)
        self.code = handing_over.new_code(**make)

    @property
    def vehicle(self):
        return Vehicle.objects.get(pk=self.pk)

    def answer(self, result=ACCEPTED, remarks="", code=None, contents=(), now=NOON + 2 * HOUR):
        return handing_over.answer(
            link_id=self.importer.pk,
            result=result,
            remarks=remarks,
            code=self.code if code is None else code,
            contents=contents,
            now=now,
        )

    def photograph(self, side=Side.ARRIVAL, *contents, now=NOON + 2 * HOUR):
        return handing_over.photograph(link_id=self.driver.pk, side=side, contents=contents or [picture()], now=now)


@pytest.fixture
def at_home(declaration, alice):
    return Way(declaration(), alice)


@pytest.fixture
def abroad(at_home, scanner):
    for minutes, lane in enumerate(("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")):
        assert scanner(lane).scan(at_home.vehicle, now=NOON + timedelta(minutes=minutes))["verdict"] == "ADMIT"
    return at_home


def reasons(way):
    return list(History.objects.filter(vehicle=way.pk).order_by("-id").values_list("reason", flat=True))


def test_accepted_is_handed_over_by_the_importer(abroad):
    said = abroad.answer()
    assert (said.result, said.one_sided, abroad.vehicle.status) == (ACCEPTED, False, VehicleStatus.HANDED_OVER)
    row = History.objects.filter(vehicle=abroad.pk).last()
    assert (row.reason, row.by_label, row.text) == ("HANDED_OVER", "importer", "")


def test_remarks_are_handed_over_and_sealed(abroad):
    abroad.answer(WITH_REMARKS, "CANARY scratch on the door", contents=[picture("red")])
    assert abroad.vehicle.status == VehicleStatus.HANDED_OVER
    assert HandOver.objects.get().remarks == "CANARY scratch on the door"
    assert reasons(abroad)[0] == "HANDED_OVER_WITH_REMARKS"
    (photo,) = HandOverPhoto.objects.all()
    assert (photo.side, photo.taken_by) == (Side.ARRIVAL, Audience.IMPORTER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT remarks FROM declarations_handover")
        assert "CANARY" not in cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(h::text, '') FROM declarations_history h")
        assert "CANARY" not in cursor.fetchone()[0]


def test_refused_leaves_the_vehicle_out_and_tells_the_exporter(abroad):
    abroad.answer(REFUSED, "wrong colour")
    assert abroad.vehicle.status == VehicleStatus.EXITED
    assert reasons(abroad)[0] == "HAND_OVER_REFUSED"


def test_after_a_refusal_a_later_acceptance_settles_it(abroad):
    abroad.answer(REFUSED, "wrong colour")
    code = handing_over.new_code(vehicle_id=abroad.pk, by=abroad.by, now=NOON + 3 * HOUR)
    abroad.answer(code=code, now=NOON + 4 * HOUR)
    assert abroad.vehicle.status == VehicleStatus.HANDED_OVER
    assert [row.result for row in HandOver.objects.all()] == [REFUSED, ACCEPTED]


def test_after_a_refusal_the_gate_may_record_its_return(abroad, olga):
    abroad.answer(REFUSED, "wrong colour")
    decisions.record_return(vehicle_id=abroad.pk, reason="sent back", by=olga, now=NOON + 5 * HOUR)
    assert abroad.vehicle.status == VehicleStatus.RETURNED
    with refusal("NOT_EXITED"):
        abroad.answer(now=NOON + 6 * HOUR)
    with refusal("HAND_OVER_DONE"):
        handing_over.new_code(vehicle_id=abroad.pk, by=abroad.by, now=NOON + 6 * HOUR)


@pytest.mark.parametrize("typed", [lambda code: f" {code[:4]}-{code[4:].lower()} ", str.lower])
def test_the_code_is_read_however_it_is_typed(abroad, typed):
    abroad.answer(code=typed(abroad.code))
    assert abroad.vehicle.status == VehicleStatus.HANDED_OVER


def test_of_the_code_only_a_digest_is_kept(at_home):
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM declarations_handovercode c")
        assert at_home.code not in cursor.fetchone()[0]


def test_five_wrong_codes_lock_it_and_a_new_one_opens_it(abroad):
    for left in (4, 3, 2, 1):
        with pytest.raises(Unacceptable) as caught:
            abroad.answer(code="WRONG222")
        (problem,) = caught.value.problems
        assert (problem.code, problem.values["left"]) == ("CODE_WRONG", left)
    with pytest.raises(Unacceptable):
        abroad.answer(code="WRONG222")
    assert HandOverCode.objects.get().is_locked
    with unacceptable(("CODE_LOCKED", "/code")):
        abroad.answer()
    assert not HandOver.objects.exists()
    abroad.code = handing_over.new_code(vehicle_id=abroad.pk, by=abroad.by, now=NOON + HOUR)
    abroad.answer()
    assert abroad.vehicle.status == VehicleStatus.HANDED_OVER


def test_a_wrong_code_writes_nothing_but_the_try(abroad):
    with pytest.raises(Unacceptable):
        abroad.answer(WITH_REMARKS, "scratch", code="WRONG222", contents=[picture()])
    assert (HandOver.objects.count(), HandOverPhoto.objects.count()) == (0, 0)
    assert (abroad.vehicle.status, HandOverCode.objects.get().wrong_tries) == (VehicleStatus.EXITED, 1)


def test_the_code_of_another_vehicle_does_not_do(abroad, declaration, alice):
    other = Way(declaration(), alice)
    with pytest.raises(Unacceptable):
        abroad.answer(code=other.code)
    assert abroad.vehicle.status == VehicleStatus.EXITED


def test_a_code_is_good_once(abroad):
    abroad.answer(REFUSED, "wrong colour")
    with unacceptable(("CODE_USED", "/code")):
        abroad.answer()


def test_the_same_answer_sent_twice_is_one(abroad):
    first = abroad.answer()
    with nothing_written():
        assert abroad.answer() == first


def test_a_second_answer_after_the_hand_over_is_refused(abroad):
    abroad.answer()
    with refusal("HAND_OVER_DONE"):
        abroad.answer(REFUSED, "changed my mind")


def test_without_a_code_nothing_is_confirmed(abroad):
    HandOverCode.objects.all().delete()
    with unacceptable(("CODE_MISSING", "/code")):
        abroad.answer()


@pytest.mark.parametrize(
    ("result", "remarks", "problem"),
    [
        (WITH_REMARKS, "  ", ("REMARKS_MISSING", "/remarks")),
        (REFUSED, "", ("REMARKS_MISSING", "/remarks")),
        (REFUSED, "x" * 2001, ("REMARKS_TOO_LONG", "/remarks")),
        (OBJECTED, "no", ("RESULT_UNKNOWN", "/result")),
        ("", "", ("RESULT_UNKNOWN", "/result")),
    ],
)
def test_what_is_missing_is_said_before_the_code_is_looked_at(abroad, result, remarks, problem):
    with unacceptable(problem):
        abroad.answer(result, remarks, code="WRONG222")


def test_before_the_exit_nothing_can_be_confirmed(at_home):
    with refusal("NOT_EXITED"):
        at_home.answer()


def test_with_an_ended_link_nothing_can_be_done(abroad, alice):
    for audience in Audience:
        linking.make(vehicle_id=abroad.pk, audience=audience, by=alice, now=NOON + HOUR)
    with refusal("LINK_ENDED"):
        abroad.answer()
    with refusal("LINK_ENDED"):
        abroad.photograph()


def test_only_the_exporters_people_make_codes(at_home, mallory, carl):
    for stranger in (mallory, carl):
        with refusal("NOT_PERMITTED"):
            handing_over.new_code(vehicle_id=at_home.pk, by=stranger, now=NOON)


def test_a_driver_photographs_the_departure_until_the_exit(at_home, scanner):
    assert at_home.photograph(Side.DEPARTURE, picture("red"), picture("blue")) == 2
    with refusal("PHOTO_NOT_NOW"):
        at_home.photograph(Side.ARRIVAL)


def test_a_driver_photographs_the_arrival_after_the_exit(abroad):
    assert abroad.photograph() == 1
    with refusal("PHOTO_NOT_NOW"):
        abroad.photograph(Side.DEPARTURE)


def test_a_photo_sent_twice_is_one(abroad):
    abroad.photograph()
    with nothing_written():
        assert abroad.photograph(Side.ARRIVAL, picture()) == 0


def test_there_is_an_end_to_photos(abroad):
    shades = [picture((shade, 0, 0)) for shade in range(0, 240, 16)]
    abroad.photograph(Side.ARRIVAL, *shades[:12])
    with refusal("PHOTOS_ENOUGH"):
        abroad.photograph(Side.ARRIVAL, shades[12])


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 %%EOF", b"<svg/>"])
def test_what_is_no_photo_is_not_kept(abroad, content):
    with nothing_written(), pytest.raises(NotAttachable):
        abroad.photograph(Side.ARRIVAL, content)
    with nothing_written(), pytest.raises(NotAttachable):
        abroad.answer(contents=[content])


def test_the_first_photo_at_the_place_is_told_the_next_are_not(abroad):
    abroad.photograph()
    abroad.photograph(Side.ARRIVAL, picture("red"))
    assert reasons(abroad).count("DRIVER_ARRIVED") == 1


def test_silence_of_48_hours_counts_as_one_sided(abroad):
    abroad.photograph()
    let_workers_run(NOON + 50 * HOUR - timedelta(seconds=1))
    assert abroad.vehicle.status == VehicleStatus.EXITED
    let_workers_run(NOON + 50 * HOUR)
    assert abroad.vehicle.status == VehicleStatus.HANDED_OVER
    said = HandOver.objects.get()
    assert (said.result, said.one_sided) == (ACCEPTED, True)
    assert reasons(abroad)[0] == "HANDED_OVER_ONE_SIDED"


def test_without_a_photo_at_the_place_silence_counts_for_nothing(abroad):
    let_workers_run(NOON + 500 * HOUR)
    assert not handing_over.count_silence(vehicle_id=abroad.pk, now=NOON + 500 * HOUR)
    assert abroad.vehicle.status == VehicleStatus.EXITED


def test_whoever_refused_was_not_silent(abroad):
    abroad.photograph()
    abroad.answer(REFUSED, "wrong colour", now=NOON + 3 * HOUR)
    let_workers_run(NOON + 100 * HOUR)
    assert abroad.vehicle.status == VehicleStatus.EXITED


def test_an_answer_before_the_clock_runs_out_stays_the_only_one(abroad):
    abroad.photograph()
    abroad.answer(now=NOON + 49 * HOUR)
    let_workers_run(NOON + 100 * HOUR)
    assert [row.one_sided for row in HandOver.objects.all()] == [False]


def test_against_silence_that_counted_the_importer_may_object_within_a_week(abroad):
    abroad.photograph()
    let_workers_run(NOON + 50 * HOUR)
    abroad.answer(OBJECTED, "I never got it", now=NOON + 60 * HOUR)
    assert abroad.vehicle.status == VehicleStatus.HANDED_OVER
    assert [row.result for row in HandOver.objects.all()] == [ACCEPTED, OBJECTED]
    assert reasons(abroad)[0] == "HAND_OVER_OBJECTED"


def test_after_that_week_it_stands(abroad):
    abroad.photograph()
    let_workers_run(NOON + 50 * HOUR)
    with refusal("HAND_OVER_DONE"):
        abroad.answer(OBJECTED, "I never got it", now=NOON + 50 * HOUR + timedelta(days=7, seconds=1))


def test_a_hand_over_never_changes_or_vanishes(abroad):
    abroad.answer()
    for write in (lambda rows: rows.update(result=REFUSED), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            write(HandOver.objects.all())


def test_a_photo_never_changes_but_may_be_deleted(abroad):
    abroad.photograph()
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        HandOverPhoto.objects.update(side=Side.DEPARTURE)
    HandOverPhoto.objects.all().delete()
    assert not HandOverPhoto.objects.exists()


def test_a_photo_is_ciphertext_and_says_nothing_of_where_it_was_taken(abroad):
    content, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "CANARY"
    Image.new("RGB", (40, 30)).save(content, "JPEG", exif=exif)
    abroad.photograph(Side.ARRIVAL, content.getvalue())
    assert b"CANARY" not in HandOverPhoto.objects.get().photo
    with connection.cursor() as cursor:
        cursor.execute("SELECT photo FROM declarations_handoverphoto")
        assert bytes(cursor.fetchone()[0]).startswith(b"t2:")
