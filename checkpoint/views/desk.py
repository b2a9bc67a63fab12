"""The officers' desk: queues of declarations."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from checkpoint.forms import SearchForm
from checkpoint.views import queues
from checkpoint.views.frame import Officers
from declarations.lifecycle import CheckStatus

PER_PAGE = 25


class Desk(Officers):
    """One queue at a time, with a search over all of them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The queue that is asked for; a search looks everywhere."""
        now = timezone.now()
        every = {queue.name: queue for queue in (*queues.QUEUES, queues.EVERYTHING)}
        form = SearchForm(request.GET if "q" in request.GET else None)
        text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
        queue = every.get(request.GET.get("queue", ""), queues.QUEUES[0])
        if text:
            queue = queues.EVERYTHING
        rows = queues.waiting(queue, request.user, now)
        if text:
            rows = queues.matching(rows, text)
        if queue is queues.EVERYTHING:
            rows = rows.order_by("-updated_at", "-id")
        rows = rows.select_related("organisation", "port").annotate(
            vehicle_count=Count("vehicles", distinct=True),
            open_checks=Count("checks", filter=Q(checks__status=CheckStatus.OPEN), distinct=True),
        )
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        waits = [(row, queue.wait(row)) for row in page]
        values = {
            "queues": every.values(),
            "queue": queue,
            "form": form,
            "text": text,
            "page_obj": page,
            "waits": waits,
            "total": page.paginator.count,
            "now": now,
        }
        return render(request, "checkpoint/desk.html", values)
