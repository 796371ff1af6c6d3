"""The importer makes the same lines of the source as stand in the default policy."""

import pytest

from troth.policy.document import Line, Version
from troth.policy.importer import Imported, import_policy
from troth.policy.read import read
from troth.policy.words import LANGS, Lang


@pytest.fixture(scope="module")
def imported(source_text: str) -> Imported:
    return import_policy({"source.txt": source_text.encode()}, previous=None, keep_noise=False)


def layout(version: Version, lang: Lang) -> list[tuple[str, str, int, bool, str]]:
    """Return each line but for its id, which the importer can only propose."""
    return [
        (line.role, line.mark, line.level, line.opens, line.text) for line in version.lines[lang]
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_the_source_imports_to_the_lines_of_the_default_policy(
    lang: Lang, imported: Imported, policy: Version
) -> None:
    assert layout(read(imported.files), lang) == layout(policy, lang)


def test_six_places_of_noise_are_reported_and_nothing_else(imported: Imported) -> None:
    assert len(imported.noise) == 6
    assert imported.unaligned == ()
    assert imported.report.statements == 40
    assert list(imported.report.sections.values()) == [5, 6, 8, 3, 5, 13]


def test_an_import_over_the_default_policy_keeps_its_ids(source_text: str, policy: Version) -> None:
    again = import_policy({"source.txt": source_text.encode()}, previous=policy, keep_noise=False)

    def ids(lines: tuple[Line, ...]) -> list[str]:
        return [str(line.id) for line in lines]

    version = read(again.files)
    for lang in LANGS:
        assert ids(version.lines[lang]) == ids(policy.lines[lang])
    assert version.register == policy.register
