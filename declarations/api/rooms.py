"""What the views of declarations share: find what the user may see, hold If-Match against it, answer with it whole."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import transaction
from rest_framework.response import Response

from declarations import vin as vins
from declarations.api import shapes
from declarations.api.frame import ApiView, PreconditionFailed
from declarations.lifecycle import VehicleStatus
from declarations.models import Declaration, Vehicle


class DeclarationRoom(ApiView):
    """A view below /declarations/{reference}."""

    @contextmanager
    def changing(self, reference: str) -> Iterator[Declaration]:
        """The declaration to be changed; with If-Match it is locked, and refused if it is not the version named.

        Raises: DoesNotExist for whoever may not see it; PreconditionFailed.
        """
        declaration = Declaration.objects.visible_to(self.request.user).get(reference=reference)
        wanted = self.request.headers.get("If-Match")
        with transaction.atomic() if wanted else nullcontext():
            if wanted:
                declaration = Declaration.objects.locked().get(pk=declaration.pk)
                if wanted.strip() != "*" and declaration.etag not in [tag.strip() for tag in wanted.split(",")]:
                    raise PreconditionFailed
            yield declaration

    def read_whole(self, pk: int) -> Declaration:
        """A declaration with everything that is shown of it."""
        return shapes.whole(Declaration.objects.filter(pk=pk)).get()

    def answer_whole(self, pk: int, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """The declaration as it stands now, with its ETag."""
        declaration = self.read_whole(pk)
        body = shapes.detail(declaration, user=self.request.user, now=self.now)
        return Response(body, status=status, headers={"ETag": declaration.etag, **(headers or {})})

    def answer_vehicle(self, declaration_pk: int, vehicle_pk: int) -> Response:
        """One vehicle as it stands now, with the ETag of its declaration."""
        declaration = self.read_whole(declaration_pk)
        body = shapes.vehicle(declaration, vehicle_pk, user=self.request.user, now=self.now)
        return Response(body, headers={"ETag": declaration.etag})

    def vehicle_of(self, declaration: Declaration, vin: str) -> Vehicle:
        """The vehicle of a declaration under a VIN in whatever spelling; one that goes on rather than a withdrawn one.

        Raises: DoesNotExist.
        """
        rows = declaration.vehicles.order_by("position", "pk")
        found = [row for row in rows if vins.normalise(row.vin) == vins.normalise(vin)]
        if not found:
            raise Vehicle.DoesNotExist
        return min(found, key=lambda row: (row.status == VehicleStatus.WITHDRAWN, row.vin != vin))
