"""A panel's export is served as CloudFront and S3 would: by the rewrite rule and exact keys, with the same headers."""

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import node, panels, ports
from local.companion import running
from local.leash import Leash

API = "http://localhost:8000"
CHUNK = "/_next/static/chunks/pages/automations/[id]/tokens-1a2b.js"
PAGES = ("", "automations/marketplace/", "automations/[id]/", "automations/[id]/tokens/", "payment/return/")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Site:
    """A served export, asked without the client's own ideas about addresses."""

    def __init__(self, port: int, root: Path) -> None:
        self.port = port
        self.root = root

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("panel")
    (folder / "secret.txt").write_text("not for you")
    root = folder / "out"
    for page in PAGES:
        write(root / page / "index.html", f"<title>{page or 'home'}</title>")
    write(root / "404.html", "<title>missing</title>")
    write(root / CHUNK.removeprefix("/"), "chunk();" * 500)
    write(root / "_next/static/media/vazirmatn-9f.woff2", "font")
    write(root / "favicon.svg", "<svg/>")
    port = ports.free_port()
    command = [
        str(node.node()),
        str(panels.Workspace().web / "serve.mjs"),
        "--root",
        str(root),
        "--port",
        str(port),
        "--api",
        API,
    ]
    with (
        Leash() as leash,
        running(command, node.environment(), port=port, log=folder / "log", leash=leash) as server,
    ):
        server.wait()
        yield Site(port, root)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ("/", "home"),
        ("/?utm=1", "home"),
        ("/automations/marketplace/", "automations/marketplace/"),
        ("/automations/marketplace", "automations/marketplace/"),
        ("/automations/12/", "automations/[id]/"),
        ("/automations/12", "automations/[id]/"),
        ("/automations/12/tokens/", "automations/[id]/tokens/"),
        ("/automations/12/tokens", "automations/[id]/tokens/"),
        ("/automations/12/tokens/?code=NOROOZ", "automations/[id]/tokens/"),
        ("/automations/99999999999999999999/tokens/", "automations/[id]/tokens/"),
        ("/payment/return/?payment=a.b-C", "payment/return/"),
        ("/payment/return?payment=a.b-C", "payment/return/"),
        ("/payment/return?next=/x/../y", "payment/return/"),
    ],
)
def test_an_address_finds_its_page_without_leaving_it(site: Site, target: str, title: str) -> None:
    answer = site.get(target)
    assert (answer.status, answer.body.decode()) == (200, f"<title>{title}</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "location" not in answer.headers  # so the browser keeps the address with its query


@pytest.mark.parametrize(
    "target",
    [
        "/nothing/",
        "/nothing",
        "/nothing.js",
        "/automations/12abc/",
        "/automations/abc/tokens/",
        "/automations/12.5/",
        "/automations/-1/",
        "/automations/%31%32%33x/",
        "/automations/12/nothing/",
        "/automations//12/",
        "//automations/marketplace/",
        "/automations//marketplace/",
        "/automations/marketplace/index.html/",
        "/automations/./marketplace/",
        "/../secret.txt",
        "/automations/../../secret.txt",
        "/automations/../automations/marketplace/",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/automations/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..\\secret.txt",
        "/index.html%00.js",
        "/%",
        "/%E0%A4%A",
        "/_next/static/",
        "/_next/static",
        "http://localhost/",
    ],
)
def test_any_other_address_is_the_page_for_missing_ones(site: Site, target: str) -> None:
    answer = site.get(target)
    assert (answer.status, answer.body) == (404, b"<title>missing</title>")
    assert answer.headers["cache-control"] == "no-cache"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "target", [CHUNK, CHUNK.replace("[id]", "%5Bid%5D"), CHUNK.replace("[id]", "%5bid%5d") + "?v=1"]
)
def test_a_chunk_with_an_id_in_its_name_is_found_however_it_is_written(site: Site, target: str) -> None:
    answer = site.get(target)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_the_rule_leaves_files_of_other_folders_alone(site: Site) -> None:
    assert site.get("/favicon.svg").headers["content-type"] == "image/svg+xml"
    assert site.get("/_next/static/media/vazirmatn-9f.woff2").headers["content-type"] == "font/woff2"


def test_the_panel_is_told_where_the_api_is(site: Site) -> None:
    answer = site.get("/config.js")
    assert answer.body.decode() == 'window.zimmer = {"api":"http://localhost:8000"};\n'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_every_answer_carries_the_headers_of_the_edge(site: Site) -> None:
    table = json.loads((panels.Workspace().web / "edge" / "headers.json").read_text())
    for target in ("/", CHUNK, "/nothing/", "/config.js"):
        headers = site.get(target).headers
        assert {name: headers[name] for name in table} == {n: v.replace("{api}", API) for n, v in table.items()}


def test_scripts_come_from_here_only_and_talk_to_here_and_the_api(site: Site) -> None:
    policy = dict(part.strip().split(" ", 1) for part in site.get("/").headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == f"'self' {API}"
    assert policy["frame-ancestors"] == "'none'"


def test_text_travels_compressed_when_the_browser_can_read_it(site: Site) -> None:
    plain = site.get(CHUNK).body
    zipped = site.get(CHUNK, accept_encoding="gzip, deflate")
    assert gzip.decompress(zipped.body) == plain
    assert zipped.headers["vary"] == "accept-encoding"
    assert site.get(CHUNK, accept_encoding="gzip, br").headers["content-encoding"] == "br"
    assert "content-encoding" not in site.get("/_next/static/media/vazirmatn-9f.woff2", accept_encoding="br").headers


def test_a_page_is_asked_for_again_and_sent_only_when_it_changed(site: Site) -> None:
    first = site.get("/payment/return/")
    assert first.headers["cache-control"] == "no-cache"
    assert site.get("/payment/return/", if_none_match=first.headers["etag"]).status == 304
    write(site.root / "payment/return/index.html", "<title>payment/return/ </title>")
    try:
        assert site.get("/payment/return/", if_none_match=first.headers["etag"]).body.endswith(b"/ </title>")
    finally:
        write(site.root / "payment/return/index.html", "<title>payment/return/</title>")


def test_a_head_has_the_length_and_no_body(site: Site) -> None:
    answer = site.get(CHUNK, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) == len(site.get(CHUNK).body)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_done_to_files(site: Site, method: str) -> None:
    assert site.get("/", method=method).status == 405


def test_it_listens_on_every_address_of_localhost_and_on_no_other(site: Site) -> None:
    families = {family for family, *_ in socket.getaddrinfo("localhost", site.port, type=socket.SOCK_STREAM)}
    for family in families:
        with socket.socket(family) as caller:
            caller.connect(("localhost", site.port))
    with socket.socket() as caller:
        caller.settimeout(1)
        assert caller.connect_ex(("127.0.0.2", site.port)) != 0
