import stat
import zipfile

import pytest

from asr.errors import ArchiveUnsafe
from asr.model_archive import MOST_FILES, unpack

LIMIT = 1 << 20


def archive_of(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def pipe(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFIFO | 0o666) << 16
    return info


def test_a_model_in_its_own_folder_is_found_there(tmp_path):
    archive = archive_of(tmp_path / "m.zip", [("model/am/final.mdl", b"x"), ("model/conf/a", b"y")])
    folder = unpack(archive, tmp_path / "out", LIMIT)
    assert folder == tmp_path / "out" / "model"
    assert (folder / "am" / "final.mdl").read_bytes() == b"x"


def test_a_model_without_a_folder_is_found_too(tmp_path):
    archive = archive_of(tmp_path / "m.zip", [("am/final.mdl", b"x"), ("conf/a", b"y")])
    assert unpack(archive, tmp_path / "out", LIMIT) == tmp_path / "out"


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        ("../evil", r"climbs out"),
        ("model/../../evil", r"climbs out"),
        ("..\\evil", r"climbs out"),
        ("/etc/evil", r"a place outside"),
        ("C:/evil", r"a place outside"),
        (link("model/am"), r"is a link"),
        (pipe("model/am"), r"neither file nor folder"),
        ("model/" + "a" * 300, r"name that no model's file has"),
        ("model/a\nb", r"name that no model's file has"),
    ],
)
def test_entries_that_would_do_harm_are_refused_before_anything_is_written(
    tmp_path, entry, finding
):
    archive = archive_of(tmp_path / "m.zip", [("model/good", b"x"), (entry, b"/etc/passwd")])
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveUnsafe, match=finding):
        unpack(archive, tmp_path / "out", LIMIT)
    assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_a_bomb_is_refused_by_what_it_claims(tmp_path):
    archive = archive_of(tmp_path / "m.zip", [("model/big", b"\0" * (LIMIT + 1))])
    assert archive.stat().st_size < 5000
    with pytest.raises(ArchiveUnsafe, match=r"would take 1 MB, at most 1 are expected"):
        unpack(archive, tmp_path / "out", LIMIT)


def test_an_archive_of_very_many_entries_is_refused(tmp_path):
    entries = [(f"model/{n}", b"") for n in range(MOST_FILES + 1)]
    with pytest.raises(ArchiveUnsafe, match="2001 entries"):
        unpack(archive_of(tmp_path / "m.zip", entries), tmp_path / "out", LIMIT)


def test_names_that_differ_only_in_case_are_refused(tmp_path):
    archive = archive_of(tmp_path / "m.zip", [("model/A", b"1"), ("model/a", b"2")])
    with pytest.raises(ArchiveUnsafe, match="the same name"):
        unpack(archive, tmp_path / "out", LIMIT)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"<html>not found</html>"])
def test_what_is_no_archive_is_said_to_be_none(tmp_path, content):
    (tmp_path / "m.zip").write_bytes(content)
    with pytest.raises(ArchiveUnsafe, match="no whole ZIP archive"):
        unpack(tmp_path / "m.zip", tmp_path / "out", LIMIT)


def test_a_damaged_entry_is_noticed(tmp_path):
    archive = archive_of(tmp_path / "m.zip", [("model/a", bytes(range(256)) * 40)])
    data = bytearray(archive.read_bytes())
    data[60] ^= 0xFF
    archive.write_bytes(bytes(data))
    with pytest.raises(ArchiveUnsafe):
        unpack(archive, tmp_path / "out", LIMIT)
