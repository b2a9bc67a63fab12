"""The few addresses that the frame of a page names."""

from django.contrib.auth import views
from django.urls import include, path

urlpatterns = [
    path("in", views.LoginView.as_view(), name="login"),
    path("out", views.LogoutView.as_view(), name="logout"),
    path("i18n/", include("django.conf.urls.i18n")),
]
