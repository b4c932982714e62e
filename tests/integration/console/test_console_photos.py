"""Who sees a caller's pictures: reviewers on the call's page, the agent who has the call."""

from calls.pictures import picture_of
from tests.fakes.console_house import SID, House, a_call, waits_in_line
from tests.fakes.pictures import jpeg, png


def with_photos(house: House) -> None:
    a_call(house)
    for made in (jpeg(), png()):
        house.deps.photos.add(SID, picture_of(made))


def test_a_reviewer_sees_both_on_the_calls_page(house):
    with_photos(house)
    noor = house.person("noor")
    page = noor.get(f"/calls/{SID}").text
    assert f"/calls/{SID}/photos/1" in page and f"/calls/{SID}/photos/2" in page
    with noor.get(f"/calls/{SID}/photos/2") as picture:
        assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert noor.get(f"/calls/{SID}/photos/3").status_code == 404


def test_nobody_without_a_log_in_and_no_agent_by_the_calls_address(house):
    with_photos(house)
    assert house.visitor().get(f"/calls/{SID}/photos/1").status_code in (302, 401)
    assert house.person("tomas").get(f"/calls/{SID}/photos/1").status_code == 403


def test_the_agent_who_has_the_call_sees_them_and_no_other(house):
    with_photos(house)
    waits_in_line(house)
    aisha, tomas = house.person("aisha"), house.person("tomas")
    aisha.get("/desk")
    house.deps.presence.set_status("aisha", "available", house.now_ms)
    assert aisha.get(f"/desk/photos/{SID}/1").status_code == 404
    assert house.deps.reservations.reserve_next(house.now_ms, 20_000)
    with aisha.get(f"/desk/photos/{SID}/1") as picture:
        assert picture.mimetype == "image/jpeg"
    assert tomas.get(f"/desk/photos/{SID}/1").status_code == 404


def test_a_call_without_pictures_has_no_such_part(house):
    a_call(house)
    assert 'id="photos"' not in house.person("noor").get(f"/calls/{SID}").text
