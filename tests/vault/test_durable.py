"""In which order files of keys come to the disk and leave it, and one rotation at a time."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.vault.cast import open_canary, seal_canary
from troth import vault
from troth.vault import generations
from troth.vault.durable import destroy_file, replace_file
from troth.vault.sqlite import KEPT, connect, weak

Calls = list[tuple[str, str]]


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Note each call that changes a file or brings it to the disk, with what it is about."""
    told: Calls = []

    def of(handle: int) -> Path:
        places = [tmp_path, *tmp_path.iterdir()]
        return next(one for one in places if os.path.samestat(one.stat(), os.fstat(handle)))

    def noted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(first: Any, *more: Any, **named: Any) -> Any:
            told.append((name, kind(of(first) if name == "fsync" else Path(first))))
            return call(first, *more, **named)

        return run

    for name in ("fsync", "link", "replace", "unlink"):
        monkeypatch.setattr(os, name, noted(name, getattr(os, name)))
    yield told
    monkeypatch.undo()


def kind(path: Path) -> str:
    if path.is_dir():
        return "folder"
    return "draft" if path.name.startswith(".") else "file"


@pytest.mark.parametrize("only_if_new", [False, True])
def test_a_file_is_on_the_disk_before_it_has_its_name_and_then_its_name_is(
    tmp_path: Path, calls: Calls, only_if_new: bool  # noqa: FBT001 - a case
) -> None:  # fmt: skip
    replace_file(tmp_path / "one", b"content", only_if_new=only_if_new)
    named = [("link", "draft"), ("unlink", "draft")] if only_if_new else [("replace", "draft")]
    assert calls == [("fsync", "draft"), *named, ("fsync", "folder")]
    assert (tmp_path / "one").read_bytes() == b"content"


def test_a_file_is_overwritten_on_the_disk_before_its_name_goes(
    tmp_path: Path, calls: Calls
) -> None:
    file = tmp_path / "one"
    file.write_bytes(b"content")
    os.link(file, tmp_path / "kept")
    calls.clear()
    destroy_file(file)
    assert calls == [("fsync", "file"), ("unlink", "file"), ("fsync", "folder")]
    assert (tmp_path / "kept").read_bytes() == bytes(len(b"content"))


def test_the_key_stores_file_is_opened_as_is_promised(tmp_path: Path) -> None:
    assert weak(connect(tmp_path / "keys.db")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "DELETE"), ("synchronous", "OFF"), ("synchronous", "NORMAL"),
     ("secure_delete", "OFF"), ("secure_delete", "FAST")],
)  # fmt: skip
def test_what_would_lose_or_keep_something_is_told(tmp_path: Path, name: str, value: str) -> None:
    opened = connect(tmp_path / "keys.db")
    opened.execute(f"PRAGMA {name}={value}")
    (told,) = weak(opened)
    assert told.startswith(f"{name}=")
    assert name in KEPT


@pytest.mark.django_db
@pytest.mark.either
@pytest.mark.usefixtures("keys")
def test_a_rotation_waits_for_another() -> None:
    sealed = seal_canary(vault.new_person())
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(vault.rotate_generation()))
    with vault.open_store().rotating():
        thread.start()
        thread.join(0.3)
        assert done == []
    thread.join(30)
    assert done == [2]
    assert open_canary(sealed)


@pytest.mark.django_db
@pytest.mark.either
@pytest.mark.usefixtures("keys")
def test_a_rotation_that_was_cut_short_goes_on_and_begins_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealed = seal_canary(vault.new_person())

    def cut(*_: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(generations, "_wrap_anew", cut)
        with pytest.raises(InterruptedError):
            vault.rotate_generation()
    assert vault.open_store().generations() == [2, 1]
    assert vault.rotate_generation() == 2
    assert vault.open_store().generations() == [2]
    assert open_canary(sealed)
