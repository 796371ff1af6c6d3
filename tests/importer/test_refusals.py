"""What cannot become a policy is refused in one sentence that says how to mend it."""

import pytest

from troth.policy.importer import ImportRefusedError, import_policy

ZH = "隐私政策\n我们收集您的姓名。我们不会出售它。\n"
EN = "Privacy Policy\nWe collect your name. We will never sell it.\n"


def why(**files: bytes) -> str:
    """Return the sentence with which an import is refused."""
    named = {name.replace("_", "."): data for name, data in files.items()}
    with pytest.raises(ImportRefusedError) as refused:
        import_policy(named, previous=None, keep_noise=False)
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_two_languages_are_accepted() -> None:
    done = import_policy(
        {"zh.txt": ZH.encode(), "en.txt": EN.encode()}, previous=None, keep_noise=False
    )
    assert done.report.statements == 2


def test_bytes_that_are_not_utf8_are_named_by_offset_and_line() -> None:
    said = why(a_txt=EN.encode() + b"\nx \xff y")
    assert f"offset {len(EN) + 3}, line 4" in said
    assert "0xff" in said


def test_utf16_is_named_with_the_way_to_convert_it() -> None:
    assert "iconv -f UTF-16" in why(a_txt=(ZH + EN).encode("utf-16"))


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert "a.txt is empty" in why(a_txt=data)


def test_a_file_over_50_mb_is_refused() -> None:
    assert "larger than 50 MB" in why(a_txt=b"x" * 50_000_001)


def test_a_binary_file_is_refused() -> None:
    assert "byte 0 at offset 3" in why(a_txt=b"PK\x03\x00\x01")


def test_one_language_alone_is_refused() -> None:
    assert "no Chinese text" in why(a_txt=EN.encode())
    assert "no English text" in why(a_txt=ZH.encode())
    assert "no English text" in why(a_txt=ZH.encode(), b_txt=ZH.replace("姓名", "住址").encode())


def test_html_without_text_is_refused() -> None:
    assert "no text a reader would see" in why(a_html=b"<html><script>x()</script></html>")


def test_a_number_given_to_two_headings_is_refused() -> None:
    numbered = "1. Collection\nWe collect names.\n1. Disclosure\nWe never disclose names.\n"
    said = why(a_txt=(numbered + "1. 收集\n我们收集姓名。\n2. 披露\n我们不会披露姓名。\n").encode())
    assert "contradict" in said
    assert "line 3" in said


def test_numbers_that_run_backwards_are_refused() -> None:
    numbered = "3. Collection\nWe collect names.\n2. Disclosure\nWe never disclose names.\n"
    assert "contradict" in why(a_txt=(numbered + "3. 收集\n我们收集姓名。\n").encode())


def test_headings_that_do_not_match_are_refused() -> None:
    en = "".join(f"{n}. Part {n}\nWe keep record {n}.\n" for n in range(1, 7))
    assert "do not match" in why(a_txt=("1. 收集\n我们收集姓名。\n" + en).encode())


def test_numbers_may_begin_anew_under_another_heading() -> None:
    text = "# A\n\n## 1. B\n\nWe do b.\n\n# C\n\n## 1. D\n\nWe do d.\n"
    zh = "# 甲\n\n## 1. 乙\n\n我们做乙。\n\n# 丙\n\n## 1. 丁\n\n我们做丁。\n"
    done = import_policy(
        {"en.md": text.encode(), "zh.md": zh.encode()}, previous=None, keep_noise=False
    )
    assert done.report.statements == 2
