"""An id stays with its statement when it moves or is edited, and is never given to another."""

import tomllib

from troth.policy.importer import Imported, import_policy
from troth.policy.read import read

EN = """1. Collection
We collect your name when you register. We delete it after 30 days.
2. Disclosure
We will never sell your name. We share it only with your consent.
"""
ZH = """1. 收集
我们在您注册时收集您的姓名。我们会在30天后将其删除。
2. 披露
我们绝不会出售您的姓名。我们仅在您同意后才会共享。
"""


def imported(zh: str = ZH, en: str = EN, previous: Imported | None = None) -> Imported:
    before = None if previous is None else read(previous.files)
    return import_policy(
        {"zh.txt": zh.encode(), "en.txt": en.encode()}, previous=before, keep_noise=False
    )


def ids(done: Imported) -> dict[str, str]:
    """Return the ids by English text."""
    return {s.text.en: s.id for s in read(done.files).statements}


def test_ids_are_proposed_from_headings_and_words() -> None:
    assert list(ids(imported()).values()) == [
        "collection",
        "collection.collect-name-register",
        "collection.delete-after-30",
        "disclosure",
        "disclosure.never-sell-name",
        "disclosure.share-only-consent",
    ]


def test_a_sentence_that_moves_keeps_its_id() -> None:
    first = imported()
    moved = imported(
        ZH.replace("我们会在30天后将其删除。", "").replace(
            "共享。", "共享。我们会在30天后将其删除。"
        ),
        EN.replace(" We delete it after 30 days.", "").replace(
            "consent.", "consent. We delete it after 30 days."
        ),
        first,
    )
    assert ids(moved) == ids(first)
    assert moved.report.new == moved.report.retired == ()


def test_an_edited_sentence_keeps_its_id() -> None:
    first = imported()
    edited = imported(ZH.replace("30天", "60天"), EN.replace("30 days", "60 days at most"), first)
    assert ids(edited)["We delete it after 60 days at most."] == "collection.delete-after-30"


def test_a_removed_id_is_retired_and_never_given_again() -> None:
    first = imported()
    shorter = imported(
        ZH.replace("我们绝不会出售您的姓名。", ""),
        EN.replace("We will never sell your name. ", ""),
        first,
    )
    assert shorter.report.retired == ("disclosure.never-sell-name",)
    toml = tomllib.loads(shorter.files["policy.toml"].decode())
    assert toml["statement"]["disclosure.never-sell-name"]["kind"] == "retired"
    other = imported(
        ZH.replace("我们绝不会出售您的姓名。", "任何合作方都不得把姓名另行出售给第三方广告商。"),
        EN.replace("We will never sell your name. ", "Never sell-name: a rule for partners. "),
        shorter,
    )
    assert "disclosure.never-sell-name" not in ids(other).values()
    assert "disclosure.never-sell-name-2" in ids(other).values()


def test_what_an_operator_wrote_stays_with_its_comments() -> None:
    first = imported()
    toml = first.files["policy.toml"].decode()
    toml = toml.replace(
        'kind = "promise"', '# as agreed in May\nkind = "promise"\nkept_by = ["a.control"]', 1
    )
    edited = Imported(
        {**first.files, "policy.toml": toml.encode()}, first.noise, first.unaligned, first.report
    )
    again = imported(
        ZH + "我们也会收集您的住址。\n", EN + "We also collect your address.\n", edited
    )
    assert again.files["policy.toml"].decode().startswith(toml.rstrip("\n"))
    assert again.report.new == ("disclosure.collect-address",)
