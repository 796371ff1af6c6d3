"""Everything people read is there in Chinese and in English."""

from pathlib import Path

import pytest

from troth.site import catalogues


def test_no_sentence_is_missing_fuzzy_or_unused() -> None:
    assert catalogues.faults() == []


def test_there_is_something_to_translate() -> None:
    """An extractor that finds nothing would find nothing missing either."""
    packages = {path.parents[3].name for path in catalogues.catalogue_files()}
    assert {"policy", "gate", "site", "cli", "evidence"} <= packages


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "not in the catalogue"),
        ('#, fuzzy\nmsgid "Hello %(name)s"\nmsgstr "你好 %(name)s"\n', "fuzzy"),
        ('msgid "Hello %(name)s"\nmsgstr ""\n', "not translated"),
        ('msgid "Hello %(name)s"\nmsgstr "你好"\n', "its places differ"),
        (
            'msgid "Hello %(name)s"\nmsgstr "你好 %(name)s"\n\nmsgid "Gone"\nmsgstr "没了"\n',
            "nothing says this any more",
        ),
    ],
)
def test_a_fault_of_a_catalogue_is_found(
    entry: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "greeter"
    folder = package / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (package / "hello.py").write_text('TEXT = mark("Hello %(name)s")\n')
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "django.po").write_text(header + entry)
    monkeypatch.setattr(catalogues, "PACKAGES", tmp_path)
    found = catalogues.faults()
    assert len(found) == 1
    assert fault in found[0]
