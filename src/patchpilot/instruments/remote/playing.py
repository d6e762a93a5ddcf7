"""Many renders of a far instrument: batches on their way side by side, never more than the server has room for."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.remote.answer import Answer
from patchpilot.instruments.remote.assets import AssetPost
from patchpilot.instruments.remote.link import SILENCE_S, Link
from patchpilot.instruments.remote.nouns import render_json
from patchpilot.instruments.remote.wire import Frame, WireError, result_of
from patchpilot.space.assets import Bag
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

_Pair = tuple[Patch, Performance]
_Result = tuple[int, Audio | EngineError]
_END_S = 2.0


def play(
    link: Link,
    post: AssetPost,
    pairs: Iterable[_Pair],
    headers: Mapping[str, str],
    *,
    batch: int,
    in_flight: int,
) -> Iterator[_Result]:
    """Results as they come.

    Args:
        link: to the server.
        post: what sends assets.
        pairs: drawn by the thread that iterates, a batch at a time, as there is room.
        headers: of each request.
        batch: renders of one request, at most.
        in_flight: renders that are drawn and not yet yielded, at most.

    Raises:
        EngineError: the server is gone, is another, or refuses.
    """
    source = enumerate(pairs)
    requests = _Requests(link, post, headers)
    flying, more = 0, True
    try:
        while True:
            while more and flying + batch <= max(in_flight, batch):
                drawn = list(itertools.islice(source, batch))
                more = len(drawn) == batch
                if drawn:
                    requests.begin(drawn)
                    flying += len(drawn)
            if not flying:
                return
            yield requests.next()
            flying -= 1
    finally:
        requests.close()


class _Requests:
    """Requests that are under way, each in a thread of its own that reads what comes."""

    def __init__(self, link: Link, post: AssetPost, headers: Mapping[str, str]) -> None:
        self._link, self._post, self._headers = link, post, headers
        self._results: queue.SimpleQueue[_Result | Exception] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._answers: set[Answer] = set()
        self._threads: list[threading.Thread] = []
        self._is_closed = False

    def begin(self, drawn: Sequence[tuple[int, _Pair]]) -> None:
        """Send a batch."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._run, args=(drawn,), name="patchpilot renders", daemon=True)
        self._threads.append(thread)
        thread.start()

    def next(self) -> _Result:
        """The next result of any batch; raises what broke one."""
        found = self._results.get()
        if isinstance(found, Exception):
            raise found
        return found

    def close(self) -> None:
        """Give up what is under way; the server stops when the connection is closed."""
        with self._lock:
            self._is_closed = True
            for answer in self._answers:
                answer.abort()
        for thread in self._threads:
            thread.join(_END_S)

    def _run(self, drawn: Sequence[tuple[int, _Pair]]) -> None:
        try:
            self._read(drawn)
        except Exception as error:  # raised where somebody waits for it
            self._results.put(error)

    def _read(self, drawn: Sequence[tuple[int, _Pair]]) -> None:
        bag = Bag()
        frame = Frame(
            {"renders": [render_json(patch, performance, bag) for _, (patch, performance) in drawn]}
        )
        waiting = {place: position for place, (position, _) in enumerate(drawn)}
        answer = self._post.sending(
            bag, lambda: self._link.open("/v1/play", frame, self._headers, silence_s=SILENCE_S)
        )
        with answer:
            with self._lock:
                if self._is_closed:
                    return
                self._answers.add(answer)
            try:
                self._tell(answer, waiting)
            finally:
                with self._lock:
                    self._answers.discard(answer)

    def _tell(self, answer: Answer, waiting: dict[int, int]) -> None:
        """Put results into the queue, up to the frame that ends them."""
        ended = False
        while (frame := answer.next()) is not None:
            ended = bool(frame.head.get("end"))
            if ended or frame.head.get("waiting"):
                continue
            try:
                place, result = result_of(frame)
                position = waiting.pop(place)
            except (WireError, KeyError) as error:
                raise self._link.gone(error) from None
            self._results.put((position, result))
        if not ended or waiting:
            raise self._link.gone(WireError("its answer was cut off"))
