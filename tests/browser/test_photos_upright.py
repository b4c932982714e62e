"""A browser shows what is kept of a photo the way it was taken; the corners tell."""

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from calls.pictures import picture_of
from tests.browser.chromium import find_chromium, launch
from tests.fakes.pictures import GREYS, corners_jpeg, corners_png, exif

SHOWN = {
    1: (0, 1, 2, 3),
    2: (1, 0, 3, 2),
    3: (3, 2, 1, 0),
    4: (2, 3, 0, 1),
    5: (0, 2, 1, 3),
    6: (2, 0, 3, 1),
    7: (3, 1, 2, 0),
    8: (1, 3, 0, 2),
}
"""Orientation (CIPA DC-008, 4.6.5) -> which quarter of the samples is seen in each corner."""
LOOK = """async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  Object.assign(canvas, {width, height});
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const grey = (x, y) => pen.getImageData(x, y, 1, 1).data[0];
  const [right, low] = [width - 3, height - 3];
  return [[width, height], [grey(2, 2), grey(right, 2), grey(2, low), grey(right, low)]];
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if find_chromium() is None:
        pytest.skip("no Chromium found (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = launch(playwright, str(find_chromium()))
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("turn", SHOWN)
@pytest.mark.parametrize("made", [corners_jpeg, corners_png])
def test_a_photo_is_seen_upright_after_it_was_cleaned(page, made, turn):
    kept = picture_of(made(exif(turn)))
    address = f"data:image/{kept.kind};base64,{base64.b64encode(kept.data).decode()}"
    size, corners = page.evaluate(LOOK, address)
    assert size == ([64, 48] if turn < 5 else [48, 64])
    wanted = [GREYS[quarter] for quarter in SHOWN[turn]]
    assert corners == pytest.approx(wanted, abs=3)
