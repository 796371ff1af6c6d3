"""A picture that is older than its page misleads, so it fails a test: run `make pictures`."""

import json

from tests.pages.pictures import BYTES_MAX, MANIFEST, PICTURES, SHOTS, sources_hash


def test_every_picture_is_as_new_as_its_page() -> None:
    drawn = json.loads(MANIFEST.read_text(encoding="utf-8"))
    old = [shot.name for shot in SHOTS if drawn.get(shot.name) != sources_hash(shot)]
    assert old == [], "run `make pictures`"


def test_every_picture_is_there_small_and_no_other() -> None:
    files = {file.name: file.stat().st_size for file in PICTURES.glob("*.png")}
    assert {shot.name for shot in SHOTS} <= set(files)
    assert [name for name, size in files.items() if size > BYTES_MAX] == []
    assert set(json.loads(MANIFEST.read_text(encoding="utf-8"))) == {shot.name for shot in SHOTS}
