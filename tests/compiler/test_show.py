"""A policy in other forms: outline, JSON, JSON-LD, record of processing."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from tests.compiler.base import folder
from troth.cli.render.outline import as_outline
from troth.cli.render.record import as_csv, as_html
from troth.policy.document import Version
from troth.policy.read import read
from troth.policy.show import as_json, as_jsonld, record_of_processing
from troth.policy.show.linked import BASES, CONSENTS, CONTEXT, SOURCES
from troth.policy.show.record import COLUMNS
from troth.policy.terms import iri, is_dpv
from troth.site.config import bundled_policy
from troth.site.policyfolder import read_folder

HOSTILE = """
[purpose.account]
statement = "account"
label = { zh = "=1+1", en = "<script>alert(1)</script>" }
basis = "contract"
"""


@pytest.fixture(scope="module")
def bundled() -> Version:
    return read(read_folder(bundled_policy()))


def test_the_outline_shows_each_statement_with_its_id_and_what_keeps_it(bundled: Version) -> None:
    text = as_outline(bundled, "en", str)
    for statement in bundled.statements:
        assert f"[{statement.id}]" in text
    assert "[cookies.sent] practice · cookies.after-choice" in text
    assert "## 2. How We Use Cookies and Similar Technologies  [cookies]" in text


def test_json_holds_the_whole_register_under_its_own_keys(bundled: Version) -> None:
    told = json.loads(json.dumps(as_json(bundled), default=str))
    assert told["hash"] == bundled.hash
    assert [s["id"] for s in told["statements"]] == [s.id for s in bundled.statements]
    assert told["register"]["category"]["account"]["class"] == "personal"
    assert told["statements"][0]["place"]["en"]["role"] == "heading"


def test_json_ld_uses_only_terms_that_dpv_has(bundled: Version) -> None:
    for term in (*BASES.values(), *CONSENTS.values(), *SOURCES.values()):
        assert not term or is_dpv(term)
    for node in as_jsonld(bundled)["@graph"]:
        kinds = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
        assert all(is_dpv(kind) for kind in kinds), node


def test_json_ld_has_one_process_a_purpose_and_no_reference_that_leads_nowhere(
    bundled: Version,
) -> None:
    graph = as_jsonld(bundled)["@graph"]
    ids = {node["@id"] for node in graph}
    assert len(ids) == len(graph)
    processes = [node for node in graph if node["@type"] == "dpv:Process"]
    assert len(processes) == len(bundled.register.purpose)
    referring = ("hasPersonalData", "hasRecipient", "hasDataSource", "hasProcess", "hasRight")
    for node in graph:
        for key in referring:
            assert set(node.get(key, ())) <= ids


def test_json_ld_keys_are_defined_by_its_context(bundled: Version) -> None:
    prefixes = {key for key, value in CONTEXT.items() if isinstance(value, str)}
    for node in as_jsonld(bundled)["@graph"]:
        for key in node:
            assert key in CONTEXT or key.startswith("@") or key.partition(":")[0] in prefixes


def test_an_address_of_a_term_is_its_vocabularys() -> None:
    assert iri("pd:EmailAddress") == "https://w3id.org/dpv/pd#EmailAddress"
    with pytest.raises(KeyError):
        iri("foaf:mbox")


def test_the_record_of_processing_has_a_row_for_each_purpose(bundled: Version) -> None:
    rows = record_of_processing(bundled, "en")
    assert [row.purpose for row in rows] == [p.label.en for p in bundled.register.purpose.values()]
    support = next(row for row in rows if row.statement == "collection.messages")
    assert "Messages you send to us" in support.categories
    assert support.sources
    assert support.kept


def test_the_record_as_csv_has_as_many_cells_in_each_row(bundled: Version) -> None:
    text = as_csv(bundled, "zh", str)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == len(bundled.register.purpose) + 1
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_no_cell_of_the_csv_runs_as_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(read(folder(toml=HOSTILE)), "zh", str))))
    assert rows[1][0] == "'=1+1"


class Tags(HTMLParser):
    """Gathers the tags and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and what it loads."""
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]


def test_the_html_record_escapes_everything_and_loads_nothing() -> None:
    page = Tags()
    text = as_html(read(folder(toml=HOSTILE)), "en", str)
    page.feed(text)
    assert "script" not in page.tags
    assert page.addresses == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert 'lang="en"' in text
