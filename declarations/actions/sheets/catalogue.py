"""The catalogue of an organisation: what the vehicles of one model have in common, entered once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Unacceptable
from declarations.models import CatalogueModel, Organisation
from declarations.problems import Problem, explain
from declarations.spreadsheet import Catalogue
from declarations.spreadsheet.vocabulary import folded

MODEL_NAME = explain("MODEL_NAME", _("Enter the name by which your spreadsheets call this model."))
MODEL_TWICE = explain("MODEL_TWICE", _("Your catalogue has a model of this name already. Change that one."))


def catalogue_of(organisation_id: int) -> Catalogue:
    """Everything that an organisation has entered."""
    return Catalogue({row.name: row.body for row in CatalogueModel.objects.filter(organisation=organisation_id)})


@transaction.atomic
def keep_model(
    *,
    organisation: Organisation,
    name: str,
    body: Mapping[str, Any],
    model_id: int | None = None,
    by: User,
    now: datetime,
) -> CatalogueModel:
    """Enter a model, or change the one that model_id names.

    Raises: NotPermitted; Unacceptable without a name, or with one that the catalogue has already.
    """
    permissions.check_can_declare_for(by, organisation.pk)
    model = CatalogueModel(organisation=organisation)
    if model_id is not None:
        model = CatalogueModel.objects.select_for_update().get(pk=model_id, organisation=organisation)
    key = folded(name)
    if not key:
        raise Unacceptable([Problem(MODEL_NAME, "/name")])
    model.name, model.key, model.body = name.strip(), key, dict(body)
    model.updated_at, model.updated_by = now, by
    try:
        with transaction.atomic():
            model.save()
    except IntegrityError as clash:
        raise Unacceptable([Problem(MODEL_TWICE, "/name")]) from clash
    return model


@transaction.atomic
def remove_model(*, model_id: int, by: User) -> None:
    """Take a model out; rows that were read with it stay as they are.

    Raises: NotPermitted.
    """
    model = CatalogueModel.objects.select_for_update().get(pk=model_id)
    permissions.check_can_declare_for(by, model.organisation_id)
    model.delete()
