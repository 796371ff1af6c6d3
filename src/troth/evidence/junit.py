"""The audit and the proof as JUnit XML, which every continuous-integration server reads.

Broken is a failure, unproven is skipped with the reason, a control that failed is an error.
"""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from troth.evidence.marks import Chapter, StatementMark
from troth.evidence.report import Audit
from troth.evidence.trial import Proving
from troth.policy.read import plain
from troth.policy.words import Lang, Translate

FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) does not allow in a document, however it is escaped."""


def audit_junit(audit: Audit, lang: Lang, translate: Translate) -> bytes:
    """Return the audit, one suite a chapter and one case a statement."""
    root = Element("testsuites", name="troth audit")
    for chapter in audit.board.chapters:
        _suite(root, chapter, lang, translate)
    return _document(root)


def _suite(root: Element, chapter: Chapter, lang: Lang, translate: Translate) -> None:
    failed = sum(_has_failed(found) for found in chapter.marks)
    suite = SubElement(
        root,
        "testsuite",
        name=_clean(plain(chapter.heading[lang]) or "policy"),
        tests=str(chapter.total),
        failures=str(chapter.broken),
        errors=str(failed),
        skipped=str(sum(m.verdict == "unproven" and not _has_failed(m) for m in chapter.marks)),
    )
    for found in chapter.marks:
        took_ms = sum(control.took_ms for control in found.controls)
        case = SubElement(
            suite,
            "testcase",
            classname=f"policy.{chapter.section or 'policy'}",
            name=found.statement,
            time=f"{took_ms / 1000:.3f}",
        )
        _outcome(case, found, translate)


def _outcome(case: Element, found: StatementMark, translate: Translate) -> None:
    why = _clean(" ".join(message.render(translate) for message in found.why))
    if found.verdict == "broken":
        samples = (sample for control in found.controls for sample in control.samples)
        SubElement(case, "failure", message=why, type="broken").text = _clean("\n".join(samples))
    if _has_failed(found):
        SubElement(case, "error", message=why, type="control-failed")
    elif found.verdict == "unproven":
        SubElement(case, "skipped", message=why)


def _has_failed(found: StatementMark) -> bool:
    return any(control.failed for control in found.controls)


def proof_junit(proving: Proving, translate: Translate) -> bytes:
    """Return the proof, one case a sabotage, and one for what was wrong before any."""
    missed = sum(not trial.caught for trial in proving.trials)
    root = Element("testsuites", name="troth audit --prove")
    suite = SubElement(
        root,
        "testsuite",
        name="sabotages",
        tests=str(len(proving.trials) + 1),
        failures=str(missed + bool(proving.defects)),
        errors="0",
        skipped="0",
    )
    before = SubElement(suite, "testcase", classname="sabotage", name="before", time="0")
    if proving.defects:
        said = _clean(" ".join(fault.render(translate) for fault in proving.defects))
        SubElement(before, "failure", message=said, type="defect")
    for trial in proving.trials:
        case = SubElement(
            suite,
            "testcase",
            classname=f"sabotage.{trial.control}",
            name=trial.sabotage,
            time=f"{trial.took_ms / 1000:.3f}",
        )
        if trial.fault:
            said = _clean(trial.fault.render(translate))
            SubElement(case, "failure", message=said, type="missed")
    return _document(root)


def _clean(text: str) -> str:
    return FORBIDDEN.sub("�", text)


def _document(root: Element) -> bytes:
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
