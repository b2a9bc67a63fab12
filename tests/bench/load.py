"""A small load generator: so many connections at once, each asking one question after the other until time is up.

gunicorn's sync workers close a connection after its answer, so every question opens a new one, here and there alike.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Measured:
    """What one side did: latencies in seconds, and for how long it was asked."""

    latencies: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: "Measured") -> None:
        """One round more."""
        self.latencies += other.latencies
        self.wrong += other.wrong
        self.seconds += other.seconds

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        """So many of a hundred answers came within this time, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


def request_bytes(path: str, body: Mapping[str, Any], *, port: int, key: str = "") -> bytes:
    """A POST as it goes over the wire."""
    text = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\nConnection: close\r\n"
    )
    if key:
        head += f"Authorization: Bearer {key}\r\n"
    return head.encode() + b"\r\n" + text


def ask(port: int, questions: Iterator[bytes], *, connections: int, seconds: float, expect: bytes) -> Measured:
    """Ask until time or questions are over; an answer that is not 200 or lacks `expect` is wrong."""
    return asyncio.run(_ask(port, questions, connections, seconds, expect))


async def _ask(port: int, questions: Iterator[bytes], connections: int, seconds: float, expect: bytes) -> Measured:
    measured = Measured()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()

    async def one_connection() -> None:
        for question in questions:
            started = time.perf_counter()
            answer = loop.create_future()
            await loop.create_connection(lambda q=question, a=answer: _Exchange(q, a), "127.0.0.1", port)
            text = await asyncio.wait_for(answer, 60)
            ended = time.perf_counter()
            measured.latencies.append(ended - started)
            if not text.startswith(b"HTTP/1.1 200") or expect not in text:
                measured.wrong.append(text[:300].decode(errors="replace"))
            if ended - began > seconds:
                return

    await asyncio.gather(*(one_connection() for _ in range(connections)))
    measured.seconds = time.perf_counter() - began
    return measured


class _Exchange(asyncio.Protocol):
    """One question, one answer, until the other side closes."""

    def __init__(self, question: bytes, answer: "asyncio.Future[bytes]") -> None:
        self.question, self.answer = question, answer
        self.parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self.question)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answer.done():
            self.answer.set_result(b"".join(self.parts))
