"""The sentences that tell why a change is classed as it is.

They name neither the path nor the kind: whoever shows a change says both beside the reason.
"""

from typing import Final

from troth.policy.words import mark

ADDED: Final = mark("It is new.")
ADDED_WIDER: Final = mark("It is new, so more is done with people's data.")
REMOVED: Final = mark("It was removed; nobody loses anything by it.")
REMOVED_WORSE: Final = mark("It was removed, and with it what it promised.")
WIDER: Final = mark("It was widened by %(more)s.")
NARROWER: Final = mark("It was narrowed: without %(less)s.")
LOST: Final = mark("It promises less: without %(less)s.")
GAINED: Final = mark("It gained %(more)s and lost nothing.")
REORDERED: Final = mark("Editorial: the same things are named in another order.")
MORE_WORSE: Final = mark("It went up from %(old)s to %(new)s, to people's disadvantage.")
MORE: Final = mark("It went up from %(old)s to %(new)s.")
LESS_WORSE: Final = mark("It went down from %(old)s to %(new)s, to people's disadvantage.")
LESS: Final = mark("It went down from %(old)s to %(new)s.")
CONSENT_REPLACED: Final = mark("It no longer rests on the same consent.")
CONSENT_ASKED: Final = mark("It now rests on a consent that must be asked for.")
SENSITIVITY_UP: Final = mark("The data is more sensitive than before.")
SENSITIVITY_DOWN: Final = mark("The data is less sensitive than before.")
EXCHANGED_WORSE: Final = mark("It was exchanged: %(new)s instead of %(old)s.")
EXCHANGED: Final = mark("It was changed from %(old)s to %(new)s.")
HARDER: Final = mark("The right is harder to exercise.")
WEAKENED: Final = mark("It was weakened from %(old)s to %(new)s.")
RISKY: Final = mark("The wording changes a modal verb, negation, number or limit: %(terms)s.")
REWORDED: Final = mark("It was reworded; a reviewer decides what it means.")
PRESENTATION: Final = mark("Editorial: only white space, punctuation, case or width differs.")
LINK: Final = mark("Editorial: a link leads to another page of the same place.")
MISPRINT: Final = mark("Editorial: a misprint of one word was changed.")

SENTENCE_ADDED: Final = mark("The sentence is new.")
SENTENCE_ADDED_RISKY: Final = mark(
    "The sentence is new and says what may, must or will be done: %(terms)s."
)
PROMISE_REMOVED: Final = mark("The promise or right was removed.")
SENTENCE_REMOVED: Final = mark("The sentence was removed, and with it the bound it set.")
HEADING_REMOVED: Final = mark("The heading was removed.")
MOVED: Final = mark("Editorial: it stands in another place; its words are the same.")
RENAMED: Final = mark("Editorial: it was called %(old_id)s before.")
FOLLOWS: Final = mark("Editorial: it follows the new id of its sentence.")
