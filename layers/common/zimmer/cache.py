"""What may be a few seconds old, and counts that may be lost: in a Valkey (or Redis) when CACHE_URL names one.

Without one, and while it is away, pages are kept in this process and counts are not taken here. Nothing is ever
decided by what stands in a cache: a page from it is for looking at, and who counts in it must count elsewhere
when it answers None. This module knows neither pages nor limits.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from zimmer import clock
from zimmer.observability import logger
from zimmer.settings import get_settings

if TYPE_CHECKING:
    from valkey import Valkey

ANSWER_SECONDS = 0.2  # to connect, and for each answer: Postgres is a millisecond away and knows it all
LEFT_ALONE = timedelta(seconds=10)  # after a failure, so that not every request waits for it
MOST_KEPT = 200

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Count:
    """How often something happened in the window that is open, and when that ends."""

    times: int
    ends_in: timedelta


class Store(Protocol):
    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, value: bytes, *, ttl_seconds: int) -> None: ...


def kept(key: str, make: Callable[[], bytes]) -> bytes:
    """What `make` gave for `key` at most CACHE_SECONDS ago, or gives now."""
    ttl_seconds = get_settings().cache_seconds
    if not ttl_seconds:
        return make()
    store: Store = _server() or _here
    value = store.get(key)
    if value is None:
        value = make()
        store.put(key, value, ttl_seconds=ttl_seconds)
    return value


def count(windows: Mapping[str, timedelta]) -> dict[str, Count] | None:
    """Count once under each key, in a window that opens with its first count. None when there is no server for it."""
    server = _server()
    return server.count(windows) if server else None


def forget() -> None:
    """Drop what this process keeps, and its connection."""
    _here.clear()
    if _of.cache_info().currsize:
        _of(_url()).close()
        _of.cache_clear()


class InProcess:
    """The values this container has made itself, the oldest making room."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, tuple[datetime, bytes]] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        until, value = self._values.get(key, (None, b""))
        return value if until and clock.now() < until else None

    def put(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        self._values.pop(key, None)
        self._values[key] = clock.now() + timedelta(seconds=ttl_seconds), value
        if len(self._values) > MOST_KEPT:
            self._values.popitem(last=False)

    def clear(self) -> None:
        self._values.clear()


class Server:
    """The Valkey of one URL. It is asked with little patience; when it fails it is left alone for a while.

    That it went away, and that it is back, is logged once each.
    """

    def __init__(self, client: "Valkey") -> None:
        self._client = client
        self._alone_until = datetime.min.replace(tzinfo=UTC)
        self._is_away = False

    @property
    def may_be_asked(self) -> bool:
        return clock.now() >= self._alone_until

    def get(self, key: str) -> bytes | None:
        return self._ask(lambda client: cast("bytes | None", client.get(key)))

    def put(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        if self.may_be_asked:
            self._ask(lambda client: client.set(key, value, ex=ttl_seconds))

    def count(self, windows: Mapping[str, timedelta]) -> dict[str, Count] | None:
        """In one round trip; a key and the end of its window come into being together or not at all."""
        answers = self._ask(lambda client: _counted(client, windows))
        if answers is None:
            return None
        pairs = zip(windows, answers[::3], answers[2::3], strict=True)
        return {key: Count(times, timedelta(milliseconds=left)) for key, times, left in pairs}

    def close(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]

    def _ask(self, question: "Callable[[Valkey], Answer]") -> Answer | None:
        from valkey.exceptions import ValkeyError

        try:
            answer = question(self._client)
        except (ValkeyError, OSError) as error:
            self._alone_until = clock.now() + LEFT_ALONE
            if not self._is_away:
                logger().warning("cache.away", reason=type(error).__name__)
            self._is_away = True
            return None
        if self._is_away:
            logger().info("cache.back")
        self._is_away = False
        return answer


def _counted(client: "Valkey", windows: Mapping[str, timedelta]) -> list[int]:
    pipeline = client.pipeline(transaction=True)
    for key, window in windows.items():
        pipeline.incr(key)
        pipeline.pexpire(key, window, nx=True)
        pipeline.pttl(key)
    answers: list[int] = pipeline.execute()  # type: ignore[no-untyped-call]
    return answers


_here = InProcess()


def _server() -> Server | None:
    """The server that CACHE_URL names, unless it was away a moment ago."""
    url = _url()
    if not url:
        return None
    server = _of(url)
    return server if server.may_be_asked else None


def _url() -> str:
    return get_settings().cache_url.get_secret_value()


@lru_cache(maxsize=1)
def _of(url: str) -> Server:
    from valkey import Valkey  # 90 ms, and only who has a server pays for it

    return Server(
        Valkey.from_url(url, socket_connect_timeout=ANSWER_SECONDS, socket_timeout=ANSWER_SECONDS, max_connections=1)
    )
