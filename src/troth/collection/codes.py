"""Why something was refused, in words, by its code: names of the policy alone, never a value.

`said(refusal) -> Message`
"""

from collections.abc import Mapping
from typing import Final

from troth.collection.facts import Refusal
from troth.policy.words import Message, mark

SAYS: Final[Mapping[str, str]] = {
    "category-undeclared": mark("The policy tells of no such data."),
    "purpose-undeclared": mark("The policy does not tell of the purpose that was named."),
    "source-undeclared": mark("The policy does not tell of the source that was named."),
    "field-undeclared": mark("The policy does not tell of the field %(fields)s."),
    "field-required": mark("The field %(fields)s has to be filled, and was not."),
    "record-empty": mark("No field was filled."),
    "field-type": mark("The field %(fields)s is declared for another kind of value."),
    "field-too-long": mark("The field %(fields)s takes no value as long as that."),
    "name-malformed": mark("Something stood where a name belongs that can be none."),
    "region-malformed": mark("The region was no code of a country (ISO 3166)."),
    "event-missing": mark("Usage data come as declared events, and this was none."),
    "records-number": mark("None, or too many at once."),
    "subject-unfit": mark("What stood for the person can be no id."),
    "subject-unknown": mark("Nobody is known by the id that was given."),
    "subject-erased": mark("She was erased: nothing of hers is taken in or used any more."),
    "consent-missing": mark("She has not said yes to it, or has taken it back."),
    "separate-consent-missing": mark("She has not said a separate yes, or has taken it back."),
    "below-minimum-age": mark("She is below the minimum age."),
    "age-unknown": mark("Whether she has reached the minimum age was not asked."),
    "source-not-permitted": mark("No permission for the third-party source where she is."),
    "source-unlicensed": mark("The third-party source has no licence on record."),
    "source-lapsed": mark("The review of the third-party source is overdue."),
    "suspended": mark("It is suspended for now."),
    "category-never-leaves": mark("The policy keeps it from everybody."),
    "other": mark("In so many other ways that they are not told apart."),
}
"""Every code a refusal of records and uses is counted under."""


def said(refusal: Refusal) -> Message:
    """Return why it was refused; of a code of another release, the code."""
    template = SAYS.get(refusal.code, refusal.code.replace("%", "%%"))
    return Message(template, {"fields": ", ".join(refusal.fields)})
