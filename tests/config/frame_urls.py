"""The few addresses that the frame of a page names."""

from django.contrib.auth import views
from django.urls import include, path

urlpatterns = [
    path("in", views.LoginView.as_view(), name="login"),
    path("up", views.LoginView.as_view(), name="sign-up"),
    path("lost", views.LoginView.as_view(), name="password-forgotten"),
    path("out", views.LogoutView.as_view(), name="logout"),
    path("i18n/", include("django.conf.urls.i18n")),
]
