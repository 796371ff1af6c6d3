"""Addresses of the console: of members, the organisation and undertakings."""

from django.urls import URLPattern, URLResolver, path

from troth.site.pages import invitations, organisation, people, undertaking

urlpatterns: list[URLPattern | URLResolver] = [
    path("people", people.people, name="people"),
    path("people/invite", invitations.invite, name="invite"),
    path("people/invitations/<row:row>/again", invitations.again, name="invitation-again"),
    path("people/invitations/<row:row>/withdraw", invitations.withdraw, name="invitation-withdraw"),
    path("people/<slug:handle>", people.person, name="person"),
    path("people/<slug:handle>/roles", people.set_roles, name="person-roles"),
    path("people/<slug:handle>/freeze", people.freeze, name="person-freeze"),
    path("people/<slug:handle>/unfreeze", people.unfreeze, name="person-unfreeze"),
    path("people/<slug:handle>/review", people.review, name="person-review"),
    path("people/<slug:handle>/own", people.own_name, name="person-own"),
    path("people/<slug:handle>/end", people.end, name="person-end"),
    path("join/<str:token>", invitations.join, name="join"),
    path("joined", invitations.joined, name="joined"),
    path("undertaking", undertaking.undertaking, name="undertaking"),
    path("undertaking/text", undertaking.edit, name="undertaking-edit"),
    path("undertaking/<row:number>", undertaking.text, name="undertaking-text"),
    path("organisation", organisation.organisation, name="organisation"),
    path("organisation/responsible", organisation.responsible, name="responsible"),
    path("organisation/settings", organisation.settings, name="access-settings"),
    path("organisation/settings/<slug:name>", organisation.set_one, name="access-setting"),
    path("organisation/procedures/new", organisation.add, name="procedure-new"),
    path("organisation/procedures/<slug:name>", organisation.procedure, name="procedure"),
    path("organisation/procedures/<slug:name>/edit", organisation.edit, name="procedure-edit"),
    path(
        "organisation/procedures/<slug:name>/confirm",
        organisation.confirm,
        name="procedure-confirm",
    ),
    path(
        "organisation/procedures/<slug:name>/retire", organisation.retire, name="procedure-retire"
    ),
    path(
        "organisation/procedures/<slug:name>/<row:number>",
        organisation.version,
        name="procedure-version",
    ),
]
