"""The mails of access: to members about their roles and duties, to those who watch and decide.

None of them names a person whose data are kept: what it is about is looked up in the console.
"""

from typing import Final

from troth.people.mail import Mail
from troth.policy.words import Message, mark

MEMBER: Final = Message(mark("the handle of the member it is about"))
DAY: Final = Message(mark("a day, as 2026-01-31"))
SAMPLE_MEMBER: Final = "support-k7f3q2"

MAILS: Final[tuple[Mail, ...]] = (
    Mail(
        name="access.invited",
        what=Message(mark("Somebody is invited to become a member.")),
        subject=mark("You are invited to the privacy console"),
        body=mark(
            "Hello,\n"
            "\n"
            "%(inviter)s invites you to become a member of the privacy console. Open this link,"
            " see which roles are meant for you, and choose a password:\n"
            "\n"
            "%(link)s\n"
            "\n"
            "The link is for you alone. It works once, and until %(day)s. If you did not expect"
            " this mail, ignore it: without the link nothing happens."
        ),
        places={
            "inviter": Message(mark("the handle of the member who invites")),
            "link": Message(mark("the link by which the invitation is taken")),
            "day": DAY,
        },
        samples={
            "inviter": "owner-x4m9ct",
            "link": "https://privacy.example.com/console/join/…",
            "day": "2026-01-31",
        },
    ),
    Mail(
        name="access.role-changed",
        what=Message(mark("A member's roles have changed.")),
        subject=mark("Your roles have changed"),
        body=mark(
            "Hello %(member)s,\n"
            "\n"
            "what you may do in the privacy console has changed. Your page there shows the roles"
            " you have now, since when, and who gave them.\n"
            "\n"
            "If you did not expect this, speak to an owner of the console."
        ),
        places={"member": MEMBER},
        samples={"member": SAMPLE_MEMBER},
    ),
    Mail(
        name="access.frozen",
        what=Message(mark("A member's access to personal data was stopped.")),
        subject=mark("Your access to personal data is stopped"),
        body=mark(
            "Hello,\n"
            "\n"
            "your access to personal data is stopped until somebody has looked at it. You can still"
            " sign in, sign the undertaking and finish a review. Being stopped is no accusation:"
            " it is done first and explained afterwards.\n"
            "\n"
            "Speak to an owner or to the security administration of the console."
        ),
        places={},
    ),
    Mail(
        name="access.left",
        what=Message(mark("A member has left; her duty of confidentiality goes on.")),
        subject=mark("Your access has ended; your duty of confidentiality has not"),
        body=mark(
            "Hello,\n"
            "\n"
            "your access to the privacy console has ended. Thank you for your care.\n"
            "\n"
            "What you learned of people there stays confidential: your undertaking outlasts your"
            " task and your employment, for as long as the data are not lawfully public. Please"
            " give back or delete whatever you still hold of them."
        ),
        places={},
    ),
    Mail(
        name="access.undertaking-due",
        what=Message(mark("A member has to sign the confidentiality undertaking again.")),
        subject=mark("Please sign the confidentiality undertaking again"),
        body=mark(
            "Hello,\n"
            "\n"
            "your confidentiality undertaking holds until %(day)s. After that you see nobody's data"
            " until you have signed again. It takes two minutes: sign in to the console and open"
            " “Undertaking”."
        ),
        places={"day": DAY},
        samples={"day": "2026-01-31"},
    ),
    Mail(
        name="access.review-due",
        what=Message(mark("A member's access is due for review.")),
        subject=mark("The access of %(member)s is due for review"),
        body=mark(
            "Hello,\n"
            "\n"
            "by %(day)s somebody has to look at whether %(member)s still needs her roles. After"
            " that day she sees nobody's data until it was done. Her page in the console shows"
            " what she may do and what she used."
        ),
        places={"member": MEMBER, "day": DAY},
        samples={"member": SAMPLE_MEMBER, "day": "2026-01-31"},
    ),
    Mail(
        name="access.grant-asked",
        what=Message(mark("A member asks for leave to see personal data.")),
        subject=mark("%(member)s asks for access"),
        body=mark(
            "Hello,\n"
            "\n"
            "%(member)s asks for leave to see personal data. What she asks for and why is in the"
            " console, under “Access”. A request that nobody decides lapses."
        ),
        places={"member": MEMBER},
        samples={"member": SAMPLE_MEMBER},
    ),
    Mail(
        name="access.grant-decided",
        what=Message(mark("A member's request for access was decided.")),
        subject=mark("Your request %(grant)s was decided"),
        body=mark(
            "Hello,\n"
            "\n"
            "your request %(grant)s was decided. The console shows the answer, and until when it"
            " holds if it was approved."
        ),
        places={"grant": Message(mark("the name of the request, as grant-12"))},
        samples={"grant": "grant-12"},
    ),
    Mail(
        name="access.glass-broken",
        what=Message(mark("A member has taken access in an emergency.")),
        subject=mark("%(member)s has broken the glass"),
        body=mark(
            "Hello,\n"
            "\n"
            "%(member)s has taken access to “%(category)s” in an emergency, without anybody's"
            " approval. It ends by itself after 30 minutes. The console shows the reason she gave"
            " and what she viewed; one of you has to review it, and until then she can't do it"
            " again."
        ),
        places={
            "member": MEMBER,
            "category": Message(mark("the category of data, as the register names it")),
        },
        samples={"member": SAMPLE_MEMBER, "category": "account"},
    ),
    Mail(
        name="access.bulk-asked",
        what=Message(mark("A member asks to take rows of the record of access out.")),
        subject=mark("%(member)s asks to take %(rows)s rows out"),
        body=mark(
            "Hello,\n"
            "\n"
            "%(member)s asks to take %(rows)s rows of the record of access out of the console, as a"
            " file. Which rows, and why, is in the console, under “Access”. One of you has to"
            " confirm it first; within 24 hours after the asking it lapses."
        ),
        places={
            "member": MEMBER,
            "rows": Message(mark("how many rows of the record, as 120")),
        },
        samples={"member": SAMPLE_MEMBER, "rows": "120"},
    ),
    Mail(
        name="access.owner-link",
        what=Message(mark("A link for one more owner was made at the server itself.")),
        subject=mark("Somebody is about to become an owner"),
        body=mark(
            "Hello,\n"
            "\n"
            "at the server itself, somebody has just made a link that makes whoever opens it an"
            " owner of the privacy console. It works once, within an hour. This is the way back"
            " for an owner who has lost hers.\n"
            "\n"
            "If you know nothing of it, speak to whoever runs the server at once, and look in the"
            " console, under “Members”, whether an owner has come that you do not know."
        ),
        places={},
    ),
    Mail(
        name="access.alert",
        what=Message(mark("Something about a member's views is unusual.")),
        subject=mark("Unusual access by %(member)s"),
        body=mark(
            "Hello,\n"
            "\n"
            "the views of %(member)s are unusual (%(kind)s). The console shows them, under"
            " “Access”. Please look at them today; if in doubt, stop her access first and ask"
            " afterwards."
        ),
        places={
            "member": MEMBER,
            "kind": Message(mark("what is unusual, as access-volume")),
        },
        samples={"member": SAMPLE_MEMBER, "kind": "access-volume"},
    ),
    Mail(
        name="access.key-reads",
        what=Message(mark("A key was made that lets a system outside read people's values.")),
        subject=mark("A key that reads people's data was made for %(site)s"),
        body=mark(
            "Hello,\n"
            "\n"
            "%(maker)s has made the key %(key)s for the site “%(site)s”. Whoever holds it reads"
            " values of people for the purposes the policy declares, without the grant a member"
            " needs; each use is in the ledger.\n"
            "\n"
            "The console shows it, under “Sites”. If nobody needs it, revoke it there: from then on"
            " it is refused."
        ),
        places={
            "maker": Message(mark("who made the key: a member's handle, or system")),
            "key": Message(mark("the id of the key, which is no secret")),
            "site": Message(mark("the site, as the register names it")),
        },
        samples={"maker": "engineer-p3w8da", "key": "abcdefghjkmn", "site": "main"},
    ),
)
