"""The sentences that tell why a change is classed as it is; `%(rule)s` is its row (`5.1`, `5.*`).

`5.*` stands for *other*: the open list of major changes that chapter 5 of a policy ends with.
"""

from typing import Final

from troth.policy.words import mark

ADDED: Final = mark("%(rule)s: %(path)s is new.")
ADDED_WIDER: Final = mark("%(rule)s: %(path)s is new, so more is done with people's data.")
REMOVED: Final = mark("%(rule)s: %(path)s was removed; nobody loses anything by it.")
REMOVED_WORSE: Final = mark("%(rule)s: %(path)s was removed, and with it what it promised.")
WIDER: Final = mark("%(rule)s: %(path)s was widened by %(more)s.")
NARROWER: Final = mark("%(rule)s: %(path)s was narrowed: without %(less)s.")
LOST: Final = mark("%(rule)s: %(path)s promises less: without %(less)s.")
GAINED: Final = mark("%(rule)s: %(path)s gained %(more)s and lost nothing.")
REORDERED: Final = mark("Editorial: %(path)s names the same things in another order.")
MORE_WORSE: Final = mark(
    "%(rule)s: %(path)s went up from %(old)s to %(new)s, to people's disadvantage."
)
MORE: Final = mark("%(rule)s: %(path)s went up from %(old)s to %(new)s.")
LESS_WORSE: Final = mark(
    "%(rule)s: %(path)s went down from %(old)s to %(new)s, to people's disadvantage."
)
LESS: Final = mark("%(rule)s: %(path)s went down from %(old)s to %(new)s.")
CONSENT_REPLACED: Final = mark("%(rule)s: %(path)s no longer rests on the same consent.")
CONSENT_ASKED: Final = mark("%(rule)s: %(path)s now rests on a consent that must be asked for.")
SENSITIVITY_UP: Final = mark("%(rule)s: by %(path)s the data is more sensitive than before.")
SENSITIVITY_DOWN: Final = mark("%(rule)s: by %(path)s the data is less sensitive than before.")
EXCHANGED_WORSE: Final = mark("%(rule)s: %(path)s was exchanged: %(new)s instead of %(old)s.")
EXCHANGED: Final = mark("%(rule)s: %(path)s was changed from %(old)s to %(new)s.")
HARDER: Final = mark("%(rule)s: by %(path)s the right is harder to exercise.")
WEAKENED: Final = mark("%(rule)s: %(path)s was weakened from %(old)s to %(new)s.")
RISKY: Final = mark(
    "%(rule)s: the wording of %(path)s changes a modal verb, negation, number or limit: %(terms)s."
)
REWORDED: Final = mark("%(rule)s: %(path)s was reworded; a reviewer decides what it means.")
PRESENTATION: Final = mark(
    "Editorial: %(path)s differs in white space, punctuation, case or width only."
)
LINK: Final = mark("Editorial: a link of %(path)s leads to another page of the same place.")
MISPRINT: Final = mark("Editorial: a misprint of one word in %(path)s was changed.")

SENTENCE_ADDED: Final = mark("%(rule)s: the sentence %(path)s is new.")
SENTENCE_ADDED_RISKY: Final = mark(
    "%(rule)s: the new sentence %(path)s says what may, must or will be done: %(terms)s."
)
PROMISE_REMOVED: Final = mark("%(rule)s: the promise or right %(path)s was removed.")
SENTENCE_REMOVED: Final = mark(
    "%(rule)s: the sentence %(path)s was removed, and with it the bound it set."
)
HEADING_REMOVED: Final = mark("%(rule)s: the heading %(path)s was removed.")
MOVED: Final = mark("Editorial: %(path)s stands in another place; its words are the same.")
RENAMED: Final = mark("Editorial: %(path)s was called %(old_id)s before.")
FOLLOWS: Final = mark("Editorial: %(path)s follows the new id of its sentence.")
