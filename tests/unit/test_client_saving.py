"""Files from a server reach one folder and nothing else, all of them or none."""

import os
import stat
from pathlib import Path

import pytest

from ionworks.errors import IonworksError
from ionworks.results import ConvertResult
from ionworks.saving import save_files


def result(*names):
    first, *others = names
    return ConvertResult("maccor", first, b"1", "text/plain", [(name, b"2") for name in others])


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


OUTSIDE = [
    "../evil", "..", ".", "", "  ", "/etc/evil", "a/b", "a\\b", "..\\evil", "C:evil", "C:\\evil",
    "\\\\host\\evil", "a:stream", "nul", "NUL.txt", "com1.000", "LPT¹", "con .txt", "CONIN$",
    "a\0b", "a\nb", "a|b", "a*", 'a"b', "trailing.", "trailing ", " leading", "a\ud800", "é" * 128,
    "\u202etxt.exe", "a\u2066b", "a\u200eb", "a\u061cb", "a\u200bb", "a\ufeffb", "a\x85b",
    "a\u2028b", "a\xadb", "a\U000e0041b",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE, ids=ascii)
@pytest.mark.parametrize("place", ["primary", "asset"])
def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_written(tmp_path, name, place):
    made = result(name, "good") if place == "primary" else result("good", name)
    with pytest.raises(IonworksError, match=r"the server names a file .*: not saved"):
        made.save(tmp_path / "out")
    assert everything(tmp_path) == []


@pytest.mark.parametrize("other", ["PROTOCOL.000", "protocol.000", "ﬁ", "e\u0301"])
def test_two_names_for_one_file_are_refused(tmp_path, other):
    first = {"ﬁ": "FI", "e\u0301": "\u00e9"}.get(other, "protocol.000")
    with pytest.raises(IonworksError, match="two files"):
        result(first, other).save(tmp_path / "out")
    assert everything(tmp_path) == []


def test_names_that_only_look_odd_are_fine(tmp_path):
    names = ["protocol.000", "..a", "console.txt", "Fahrt ä.MWF", "é" * 127, ".hidden"]
    paths = result(*names).save(tmp_path)
    assert [path.name for path in paths] == names
    assert everything(tmp_path) == sorted(names)


def test_the_folder_is_made_and_paths_are_relative_if_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert result("a", "b").save("./one/two") == [Path("one/two/a"), Path("one/two/b")]
    assert result("a").save(tmp_path / "one/two") == [tmp_path / "one/two/a"]
    assert result("a").save(Path("one/two")) == [Path("one/two/a")]


def test_files_have_the_permissions_of_files(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    wanted = stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    [path] = result("a").save(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == wanted


def test_other_content_is_kept_and_named_and_nothing_is_written(tmp_path):
    (tmp_path / "b").write_bytes(b"mine")
    (tmp_path / "d").write_bytes(b"mine")
    with pytest.raises(FileExistsError) as caught:
        result("a", "b", "c", "d").save(tmp_path)
    assert str(tmp_path / "b") in str(caught.value)
    assert str(tmp_path / "d") in str(caught.value)
    assert everything(tmp_path) == ["b", "d"]
    assert (tmp_path / "b").read_bytes() == b"mine"
    result("a", "b", "c", "d").save(tmp_path, overwrite=True)
    assert (tmp_path / "b").read_bytes() == b"2"
    assert everything(tmp_path) == ["a", "b", "c", "d"]


def test_the_same_content_is_no_overwrite_and_is_not_touched(tmp_path):
    [path] = result("a").save(tmp_path)
    os.utime(path, (1, 1))
    assert result("a").save(tmp_path) == [path]
    assert path.stat().st_mtime == 1


def test_a_link_is_replaced_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").symlink_to(victim)
    (out / "b").symlink_to(tmp_path / "nothing")
    with pytest.raises(FileExistsError, match="out/b"):
        result("x", "b").save(out)
    result("a", "b").save(out, overwrite=True)
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "nothing").exists()
    assert (out / "a").read_bytes() == b"1"
    assert not (out / "a").is_symlink()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_that_name_is_left_alone(tmp_path, overwrite):
    (tmp_path / "b").mkdir()
    with pytest.raises(FileExistsError, match="nothing was written"):
        result("a", "b").save(tmp_path, overwrite=overwrite)
    assert everything(tmp_path) == ["b"]


def test_a_failure_half_way_leaves_nothing(tmp_path, monkeypatch):
    opened, calls = Path.open, []

    def full(path, *args, **kwargs):
        calls.append(path)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space left"):
        save_files(tmp_path, [("a", b"1"), ("b", b"2")])
    monkeypatch.undo()
    assert everything(tmp_path) == []


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        result("a").save(tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"mine"
