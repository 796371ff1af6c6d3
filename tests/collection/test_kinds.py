"""A value is what the register declares, and comes back as it was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.collection.given import Value
from troth.collection.kinds import UnfitError, as_text, as_value
from troth.policy.register import Field
from troth.policy.words import Text

LIMIT = 20


def field(kind: str, limit: int = LIMIT) -> Field:
    return Field(label=Text("字段", "Field"), kind=kind, max_length=limit)  # type: ignore[arg-type]


FITTING = st.one_of(
    st.tuples(
        st.just("text"),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=LIMIT),
    ),
    st.tuples(st.just("number"), st.integers(-(10**18), 10**18)),
    st.tuples(st.just("number"), st.sampled_from((0.5, -1.25, 1e-7, 1e300))),
    st.tuples(st.just("boolean"), st.booleans()),
    st.tuples(st.just("date"), st.dates().map(str)),
    st.tuples(st.just("choice"), st.sampled_from(("de", "zh-Hans", "简体"))),
)


@given(FITTING)
def test_what_fits_comes_back_as_it_was(fitting: tuple[str, str | int | float]) -> None:
    kind, value = fitting
    found = as_value(kind, as_text("x", field(kind), value))
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 5),
        ("text", True),
        ("text", "a\0b"),
        ("text", "half \ud83d"),
        ("number", "5"),
        ("number", True),
        ("number", float("nan")),
        ("number", float("inf")),
        ("boolean", 1),
        ("boolean", "true"),
        ("date", 20270131),
        ("date", "20270131"),
        ("date", "2027-02-30"),
        ("date", "2027-01-31T25:00"),
        ("date", "31.01.2027"),
        ("date", "2027-01-31 09:30"),
        ("date", "２０２７-01-31"),
        ("choice", "two\nlines"),
        ("choice", False),
    ],
)
def test_what_is_of_another_kind_is_refused_and_not_repeated(kind: str, value: Value) -> None:
    assert value is not None
    with pytest.raises(UnfitError) as unfit:
        as_text("favourite", field(kind), value)
    assert unfit.value.code == "field-type"
    said = unfit.value.message.render(str)
    assert "favourite" in said
    assert str(value) not in said.replace("true or false", "")


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("text", "信" * LIMIT, True),
        ("text", "信" * (LIMIT + 1), False),
        ("text", "😀" * LIMIT, True),
        ("number", 10**LIMIT, False),
        pytest.param("number", -(10**9_000), False, id="huge"),
        ("choice", "x" * (LIMIT + 1), False),
    ],
)
def test_length_is_counted_in_characters(kind: str, value: str | int, fits: bool) -> None:  # noqa: FBT001 - a case
    if fits:
        assert as_text("x", field(kind), value) == value
        return
    with pytest.raises(UnfitError) as unfit:
        as_text("x", field(kind), value)
    assert unfit.value.code == "field-too-long"
    assert unfit.value.message.values == {"field": "x", "limit": LIMIT}


@pytest.mark.parametrize(
    ("kind", "text"),
    [("number", "twelve"), ("number", "true"), ("number", "NaN"), ("boolean", "1"), ("date", "x")],
)
def test_what_was_declared_otherwise_before_comes_back_as_it_stands(kind: str, text: str) -> None:
    assert as_value(kind, text) == text
