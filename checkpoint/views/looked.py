"""Which version of a declaration an officer saw last, in his session: what changed since is told when he comes back."""

from django.http import HttpRequest

from declarations.models import Declaration

LOOKED = "looked_at_versions"
MOST_REMEMBERED = 200
"""Declarations of which a session remembers the version that was seen; the oldest go first."""


def seen_before(request: HttpRequest, declaration: Declaration) -> int | None:
    """The version that this officer saw when he last looked, if there is a newer one by now; and remember this look."""
    looked: dict[str, int] = dict(request.session.get(LOOKED, {}))
    seen = looked.pop(declaration.reference, None)
    if seen != declaration.version:
        looked[declaration.reference] = declaration.version
        request.session[LOOKED] = dict(list(looked.items())[-MOST_REMEMBERED:])
    return seen if seen is not None and seen < declaration.version else None
