"""What is a picture, what of it is kept, and how a link names its call."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.errors import NoPicture
from calls.photo_link import VALID_FOR, PhotoLinks
from calls.photo_turn import bare
from calls.photos import PhotoStore
from calls.pictures import MAX_BYTES, picture_of
from tests.fakes.pictures import PLACE, corners_jpeg, corners_png, exif, jpeg, png

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SID = "CA" + "0a" * 16
LINKS = PhotoLinks("k" * 32, "https://hotline.example")


@pytest.mark.parametrize(("made", "kind"), [(jpeg, "jpeg"), (png, "png")])
def test_a_picture_is_known_by_its_content_and_loses_what_tells_of_people(made, kind):
    found = picture_of(made(extra=b"<script>alert(1)</script>"))
    assert (found.kind, found.width, found.height) == (kind, 64, 48)
    assert PLACE not in found.data and b"Mei" not in found.data and b"script" not in found.data
    assert picture_of(found.data) == found, "what is kept is a picture again"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "other_kind"),
        (b"<html><body>hello</body></html>", "other_kind"),
        (b"GIF89a" + bytes(100), "other_kind"),
        (b"%PDF-1.7", "other_kind"),
        (jpeg()[:40], "broken"),
        (jpeg()[:-2], "broken"),
        (png()[:-13], "broken"),
        (png().replace(b"Comment", b"Comnemt"), "broken"),
        (png(width=65_000, height=65_000), "wrong_size"),
        (jpeg(width=2, height=2), "wrong_size"),
        (jpeg(extra=bytes(MAX_BYTES)), "too_large"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(data, why):
    with pytest.raises(NoPicture) as refused:
        picture_of(data)
    assert refused.value.why == why


@pytest.mark.parametrize("made", [corners_jpeg, corners_png])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turn", range(2, 9))
def test_how_a_picture_is_to_be_turned_is_all_that_stays_of_its_exif(made, order, turn):
    kept = picture_of(made(exif(turn, order))).data
    assert bare(exif(turn)) in kept and PLACE not in kept and exif(turn, order) not in kept
    assert picture_of(kept).data == kept, "what is kept is turned no second time"


@pytest.mark.parametrize("made", [corners_jpeg, corners_png])
@pytest.mark.parametrize(
    "tiff",
    [
        exif(1),
        exif(0),
        exif(9),
        exif(6)[:20],
        b"",
        b"XX" + exif(6)[2:],
        b"II*\0" + b"\xff" * 40,
        b"MM\0*" + b"\0" * 40,
    ],
)
def test_an_exif_that_turns_nothing_or_cannot_be_read_goes_whole(made, tiff):
    kept = picture_of(made(tiff)).data
    assert b"Exif" not in kept and b"eXIf" not in kept and PLACE not in kept


def test_every_beginning_of_a_picture_is_refused_and_nothing_else_goes_wrong():
    for whole in (jpeg(), png()):
        for end in range(len(whole)):
            with pytest.raises(NoPicture):
                picture_of(whole[:end])


def test_a_link_names_its_call_for_a_day():
    link = LINKS.link(SID, NOW)
    base, _, token = link.rpartition("/")
    assert base == "https://hotline.example/photos" and len(token) == 43
    assert LINKS.call_of(token, NOW + VALID_FOR - timedelta(seconds=1)) == SID
    assert LINKS.call_of(token, NOW + VALID_FOR) is None


def test_a_forged_link_names_nothing():
    token = LINKS.link(SID, NOW).rpartition("/")[2]
    other = PhotoLinks("x" * 32, LINKS.base)
    assert other.call_of(token, NOW) is None
    for place in range(len(token)):
        for letter in "A_":
            if token[place] != letter:
                forged = token[:place] + letter + token[place + 1 :]
                assert LINKS.call_of(forged, NOW) is None or forged == token
    for odd in ("", "a", "é" * 43, "=" * 43, token + "A", f"{token}.{token}"):
        assert LINKS.call_of(odd, NOW) is None


def test_without_a_call_there_is_no_link():
    assert LINKS.link("", NOW) == "" and LINKS.link("../../etc", NOW) == ""


def test_a_call_keeps_two_pictures(tmp_path):
    store = PhotoStore(tmp_path / "photos")
    assert [store.add(SID, picture_of(one())) for one in (jpeg, png, jpeg)] == [1, 2, None]
    assert [(photo.number, photo.mimetype) for photo in store.of(SID)] == [
        (1, "image/jpeg"),
        (2, "image/png"),
    ]
    assert store.of("CA" + "f" * 32) == [] and store.one("../" + SID, 1) is None
    with pytest.raises(ValueError, match="no call's sid"):
        store.add("../x", picture_of(jpeg()))
