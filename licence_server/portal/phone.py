"""`/r`: where a phone lands that has read a code off a kit's screen.

The message is the address's fragment, which browsers keep to themselves: it is not in the request, so it
cannot get into any log on the way. The page's script hands it to the API.
"""

from flask import Response

from licence_server.portal.pages import PHONE_POLICY, blueprint, page


@blueprint.get("/r")
def phone() -> Response:
    """The page; everything else happens in it."""
    return page("phone.html", PHONE_POLICY)
