"""Every address of the site: pages of both apps, the gate, the back-office, the API. Probes are in health.py."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from checkpoint.views.bridge import jgst14_bridge
from checkpoint.views.display import display
from checkpoint.views.enrol import EnrolHandheld
from config.api import Schema
from config.passwords import forgotten, new_password
from config.second_factor import SecondFactor
from config.sign_in import SignIn, SignOut, choose_language, to_sign_in
from config.sign_up import confirm, invitation, sign_up

api: list[URLPattern | URLResolver] = [
    path("schema", Schema.as_view(), name="schema"),
    path(
        "docs",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="config/api_docs.html"),
        name="api-docs",
    ),
    path("", include("checkpoint.api.urls")),
    path("", include("declarations.api.urls")),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("sign-up", sign_up, name="sign-up"),
    path("sign-up/<str:token>", confirm, name="confirm"),
    path("invitations/<str:token>", invitation, name="invitation"),
    path("password", forgotten, name="password-forgotten"),
    path("password/<str:token>", new_password, name="new-password"),
    path("sign-in", SignIn.as_view(), name="login"),
    path("sign-in/second", SecondFactor.as_view(), name="second-factor"),
    path("sign-out", SignOut.as_view(), name="logout"),
    path("admin/login/", to_sign_in),
    path("admin/", admin.site.urls),
    path("gate/", include("checkpoint.urls")),
    path("scan/enrol", EnrolHandheld.as_view(), name="enrol-handheld"),
    path("display/<str:display_token>", display, name="lane-display"),
    path("bridge/jgst14", jgst14_bridge, name="bridge-jgst14"),
    path("", include("declarations.urls")),
]

handler400 = "config.api.bad_request"
handler403 = "config.api.permission_denied"
handler404 = "config.api.page_not_found"
handler500 = "config.api.server_error"
