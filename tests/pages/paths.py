"""The pages of the product, by who may see them."""

from typing import Final

PUBLIC: Final = ("/", "/?both=1", "/history", "/history/1", "/changes/1", "/ledger/", "/nothing")
CONSOLE: Final = (
    "/console/",
    "/console/welcome",
    "/console/jobs",
    "/console/ledger",
    "/console/mail",
    "/console/mail/access.invited",
    "/console/joined",
    "/console/people",
    "/console/people/invite",
    "/console/undertaking",
    "/console/undertaking/text",
    "/console/sites",
    "/console/sites/main/new",
    "/console/records",
    "/console/organisation",
    "/console/organisation/responsible",
    "/console/organisation/settings",
    "/console/organisation/procedures/new",
)
STRANGERS: Final = ("/console/sign-in", "/console/owner/never", "/console/join/never")
