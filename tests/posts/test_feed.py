"""RSS and Atom, from a file and from a URL."""

import gzip
import json
import os
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from errors import InvalidRequestError
from posts.fetch import MAX_REDIRECTS, download, fetch
from posts.posts import Posts, lines_of
from posts.read import read_posts

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>A &amp;amp; B's blog</title><link>https://example.com/</link>
<image><title>A logo</title><url>https://example.com/logo.png</url></image>
<item><title>Caf&amp;eacute; &amp;lt;b&amp;gt;</title><link>https://example.com/2026/01/cafe.html?utm_source=rss</link>
<media:title>A picture's title</media:title><pubDate>Thu, 01 Jan 2026 10:00:00 +0200</pubDate>
<description><![CDATA[<p>A summary<br>of <b>two</b> lines.</p>]]></description></item>
<item><title>By number</title><link>https://example.com/?p=12</link><dc:date>2026-01-02</dc:date></item>
<item><title>Tomorrow</title><link>https://example.com/tomorrow</link>
<pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate></item>
<item><description>A note without a title</description><link>https://example.com/note</link></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Atom &lt;blog&gt;</title>
<entry><title>The &lt;b&gt; tag</title><link rel="self" href="https://example.com/self"/>
<link href="https://example.com/posts/b-tag/"/><updated>2026-02-01T00:00:00Z</updated><published>2026-01-01T00:00:00Z</published>
<content type="html">&lt;p&gt;All of it&lt;/p&gt;</content><summary>Short &amp; plain</summary></entry>
<entry><title type="html">&lt;i&gt;Set&lt;/i&gt; title</title><link rel="alternate" href="/posts/set"/></entry>
<entry><link href="/x"/>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">In <i>XHTML</i></div></title></entry>
</feed>"""


def read(tmp_path: Path, text: str | bytes, name: str = "feed.xml") -> Posts:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_posts(str(path))


def test_reads_rss(tmp_path: Path) -> None:
    posts = read(tmp_path, RSS)
    assert (posts.kind, posts.name) == ("feed", "A & B's blog (example.com)")
    assert posts.prompts == [
        {"title": "Café <b>", "slug": "cafe", "context": "A summary of two lines."},
        {"title": "By number", "slug": "by-number", "slug_made": True},
    ]
    assert lines_of(posts.left_out) == (
        "dated in the future (1): https://example.com/tomorrow",
        "without a title (1): https://example.com/note. Give each a title",
    )


def test_of_a_wordpress_export_only_the_published_posts_are_posts(tmp_path: Path) -> None:
    def item(title: str, slug: str, status: str, kind: str = "post") -> str:
        return (
            f"<item><title>{title}</title><link>https://example.com/?p=1</link><description></description>"
            f"<excerpt:encoded><![CDATA[About {title}]]></excerpt:encoded><wp:post_name>{slug}</wp:post_name>"
            f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type></item>"
        )

    items = [
        item("One", "one-more", "publish"),
        item("あ", "%e3%81%82", "publish"),
        item("Secret", "secret", "private"),
        item("Later", "", "draft"),
        item("photo.jpg", "photo", "inherit", "attachment"),
        item("About me", "about", "publish", "page"),
    ]
    spaces = 'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
    posts = read(tmp_path, f'<rss version="2.0" {spaces}><channel><title>Blog</title>{"".join(items)}</channel></rss>')
    assert posts.prompts == [
        {"title": "One", "slug": "one-more", "context": "About One"},
        {"title": "あ", "slug": "あ", "context": "About あ"},
    ]
    assert [line.partition(":")[0] for line in lines_of(posts.left_out)] == ["drafts (2)", "not posts (2)"]


def blogger(title: str, kind: str, more: str = "") -> str:
    term = f"http://schemas.google.com/blogger/2008/kind#{kind}"
    return (
        f"<entry><category scheme='http://schemas.google.com/g/2005#kind' term='{term}'/><title>{title}</title>"
        f"<category scheme='http://www.blogger.com/atom/ns#' term='cats'/>{more}</entry>"
    )


def takeout(title: str, kind: str, status: str) -> str:
    return (
        f"<entry><b:type>{kind}</b:type><b:status>{status}</b:status><author><b:type>BLOGGER</b:type></author>"
        f"<title>{title}</title><b:metaDescription>On cats</b:metaDescription>"
        "<b:filename>/2026/01/real-post.html</b:filename><link/></entry>"
    )


@pytest.mark.parametrize(
    ("entries", "context", "others"),
    [
        (
            [
                blogger("Template: Blog", "template"),
                blogger("The name of the blog", "settings"),
                blogger("Real post", "post", "<link href='https://cats.example.com/2026/01/real-post.html'/>"),
                blogger("Not yet", "post", "<app:control><app:draft>yes</app:draft></app:control>"),
                blogger("Nice!", "comment"),
                "<entry><title>Thanks</title><thr:in-reply-to href='/2026/01/real-post.html'/></entry>",
                blogger("About", "page"),
            ],
            {},
            ["not posts (5)", "drafts (1)"],
        ),
        (
            [
                takeout("Real post", "POST", "LIVE"),
                takeout("Not yet", "POST", "DRAFT"),
                takeout("Gone", "POST", "SOFT_TRASHED"),
                takeout("Nice!", "COMMENT", "LIVE"),
                takeout("About", "PAGE", "LIVE"),
            ],
            {"context": "On cats"},
            ["drafts (2)", "not posts (2)"],
        ),
    ],
    ids=["older", "Takeout"],
)
def test_of_a_blogger_export_only_the_published_posts_are_posts(
    tmp_path: Path, entries: list[str], context: dict[str, str], others: list[str]
) -> None:
    spaces = (
        "xmlns='http://www.w3.org/2005/Atom' xmlns:app='http://purl.org/atom/app#' "
        "xmlns:thr='http://purl.org/syndication/thread/1.0' xmlns:b='http://schemas.google.com/blogger/2018'"
    )
    posts = read(tmp_path, f"<feed {spaces}><title>Blog</title>{''.join(entries)}</feed>")
    assert posts.prompts == [{"title": "Real post", "slug": "real-post", **context}]
    assert [line.partition(":")[0] for line in lines_of(posts.left_out)] == others


@pytest.mark.parametrize(
    ("link", "slug"),
    [
        ("https://medium.com/@ann/why-we-moved?source=rss-1f2------2", "why-we-moved"),
        ("/post/why?ref=rss&amp;utm_source=feed", "why"),
        ("https://example.com/?p=12", "a-title"),
        ("/index.php?ref=rss&amp;id=7", "a-title"),
    ],
)
def test_a_links_query_tells_posts_apart_unless_it_only_tracks_readers(tmp_path: Path, link: str, slug: str) -> None:
    feed = f"<rss version='2.0'><channel><item><title>A title</title><link>{link}</link></item></channel></rss>"
    assert read(tmp_path, feed).posts[0].slug == slug


def test_entries_may_share_a_link_but_not_their_title_too(tmp_path: Path) -> None:
    entries = [("A", "/all"), ("B", "/all"), ("A", "/all"), ("C", ""), ("C", "")]
    items = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for title, link in entries)
    posts = read(tmp_path, f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert [(post.title, post.slug) for post in posts.posts] == [("A", "all"), ("B", "b"), ("C", "c")]
    assert lines_of(posts.left_out) == ("duplicates (2): /all (A), C",)


def test_a_guid_that_is_an_address_stands_in_for_a_missing_link(tmp_path: Path) -> None:
    item = "<item><guid>https://example.com/why-fan-out</guid><title>A</title></item>"
    posts = read(tmp_path, f"<rss version='2.0'><channel>{item}</channel></rss>")
    assert posts.posts[0].slug == "why-fan-out"


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("Fri, 30 Jan 2026 20:00:00 PST", 28),
        ("Fri, 30 Jan 2026 20:00:00 CEST", 18),
        ("Fri, 30 Jan 2026 20:00:00 +0100", 19),
        ("Fri, 30 Jan 2026 20:00:00 GMT", 20),
        ("Fri, 30 Jan 2026 20:00:00 IST", 20),
        ("2026-01-30T20:00:00Z", 20),
        ("2026-01-30 20:00:00", 20),
    ],
)
def test_time_zones_are_understood_and_ambiguous_ones_are_utc(tmp_path: Path, written: str, hour: int) -> None:
    feed = f"<rss><channel><item><title>A</title><pubDate>{written}</pubDate></item></channel></rss>"
    assert read(tmp_path, feed).posts[0].date == datetime(2026, 1, 30, tzinfo=UTC) + timedelta(hours=hour)


def test_reads_atom(tmp_path: Path) -> None:
    posts = read(tmp_path, ATOM, "feed.txt")
    assert posts.name == f"Atom <blog> ({tmp_path.name}/feed)"
    assert posts.prompts == [
        {"title": "The <b> tag", "slug": "b-tag", "context": "Short & plain"},
        {"title": "Set title", "slug": "set"},
        {"title": "In XHTML", "slug": "x"},
    ]
    assert str(posts.posts[0].date) == "2026-01-01 00:00:00+00:00"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_xml_is_read_in_the_encoding_it_declares(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><title>Ärger</title></item></channel></rss>'
    assert read(tmp_path, text.encode(encoding)).prompts == [{"title": "Ärger", "slug": "arger", "slug_made": True}]


BOMB = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(10))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f'<!DOCTYPE rss [<!ENTITY e0 "ha">{BOMB}]><rss><channel><title>&e10;</title></channel></rss>',
            "cannot be read safely",
        ),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel/></rss>', "cannot be read safely"),
        (
            '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><rss><channel/></rss>',
            "cannot be read safely",
        ),
        ("<rss>" + "<channel>" * 5_000, "too many elements"),
        ("<rss><channel><item>", "has no posts"),
        ("<feed><title>&nbsp;", "is <feed> XML, not a feed"),
        ("<opml><body/></opml>", "is a list of feeds (OPML)"),
        ("<urlset/>", "is a sitemap, which has no titles"),
        ("<!doctype html><html><head></head></html>", "is a web page, not a feed. Give its feed, which is often at"),
        (
            '<!doctype html><link rel="alternate" type="application/rss+xml" href="/index.xml">',
            "the page names /index.xml",
        ),
        ("<rss><channel></channel></rss>", "has no posts"),
    ],
)
def test_hostile_xml_and_other_formats_are_rejected(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidRequestError) as rejected:
        read(tmp_path, text)
    [fault] = rejected.value.faults
    assert message in str(fault)


Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A server on loopback with scripted answers."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        answers = self.answers

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers[self.path](self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


def response(body: bytes, status: int = 200, /, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_feed_is_downloaded_through_redirects_and_decompressed(server: Server) -> None:
    untitled = RSS.replace("<title>A &amp;amp; B's blog</title>", "")
    server.answers["/old"] = response(b"", 301, Location="/feed")
    server.answers["/feed"] = response(gzip.compress(untitled.encode()), Content_Encoding="gzip")
    posts = read_posts(f"{server.url}/old")
    assert (posts.kind, posts.name, len(posts.posts)) == ("feed", "127.0.0.1/old", 2)


WRITTEN = b"<rss><channel><item><title>Caf\xe9 \xe9t\xe9</title></item></channel></rss>"
RAW = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (WRITTEN, {"Content_Encoding": "none"}),
        (WRITTEN, {"Content_Encoding": "utf-8"}),
        (zlib.compress(WRITTEN), {"Content_Encoding": "deflate"}),
        (RAW.compress(WRITTEN) + RAW.flush(), {"Content_Encoding": "deflate"}),
        (gzip.compress(WRITTEN[:9]) + gzip.compress(WRITTEN[9:]), {"Content_Encoding": "x-gzip"}),
        (gzip.compress(gzip.compress(WRITTEN)), {"Content_Encoding": "gzip, gzip"}),
        (gzip.compress(WRITTEN), {"Content_Type": "application/gzip"}),
    ],
    ids=["none", "utf-8", "zlib", "deflate", "two members", "twice", "a packed file"],
)
def test_a_feed_is_unpacked_however_its_server_packs_it(server: Server, body: bytes, headers: dict[str, str]) -> None:
    server.answers["/feed.xml"] = response(body, 200, **headers)
    assert read_posts(f"{server.url}/feed.xml").posts[0].title == "Café été"


def test_the_servers_header_may_be_all_that_names_the_encoding(server: Server) -> None:
    title = "Привет"
    feed = f"<rss><channel><item><title>{title}</title></item></channel></rss>".encode("koi8-r")
    server.answers["/"] = response(feed, Content_Type="text/xml; charset=KOI8-R")
    assert read_posts(f"{server.url}/").posts[0].title == title


@pytest.mark.parametrize(
    "body", [b"One\nTwo\n", b"title,slug\nOne,one\n", b'["One"]', b'{"prompts": ["One"]}', b"# One"]
)
def test_from_an_address_only_a_feed_is_read_unless_a_kind_is_named(server: Server, body: bytes) -> None:
    server.answers["/titles.txt"] = server.answers["/a.md"] = response(body)
    with pytest.raises(InvalidRequestError, match=r"is not a feed\. Give the blog's feed, or say with --kind"):
        read_posts(f"{server.url}/titles.txt")
    assert read_posts(f"{server.url}/titles.txt", kind="lines").posts


def test_a_json_feed_is_a_feed(server: Server) -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "One", "url": "/one"}]}
    server.answers["/feed.json"] = response(json.dumps(feed).encode())
    assert read_posts(f"{server.url}/feed.json").prompts == [{"title": "One", "slug": "one"}]


def test_no_redirect_leads_from_the_internet_inside(server: Server) -> None:
    """Its lines would become titles, prompts and a public page."""
    inside = server.url.replace("127.0.0.1", "localhost")
    server.answers["/"] = response(b"", 302, Location=f"{inside}/secret")
    server.answers["/secret"] = response(b"<rss/>")
    assert download(f"{server.url}/", is_public=lambda host: True).data == b"<rss/>"
    assert download(f"{server.url}/", is_public=lambda host: False).data == b"<rss/>"
    with pytest.raises(InvalidRequestError, match="it redirects to localhost, which is not on the internet"):
        download(f"{server.url}/", is_public=lambda host: host == "127.0.0.1")


def test_a_name_may_not_get_an_address_inside_once_it_was_looked_up(server: Server) -> None:
    server.answers["/"] = response(b"<rss/>")
    looked_up = iter([True, False])
    with pytest.raises(InvalidRequestError, match="is not on the internet after all"):
        download(f"{server.url}/", is_public=lambda host: next(looked_up))


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "ALL_PROXY names a SOCKS proxy"),
        ("SSL_CERT_FILE", "/no/such/file", "SSL_CERT_FILE='/no/such/file'"),
        ("REQUESTS_CA_BUNDLE", os.devnull, "REQUESTS_CA_BUNDLE=.*holds no certificates"),
    ],
)
def test_what_is_wrong_with_proxies_and_certificates_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidRequestError, match=message):
        fetch("https://blog.invalid/feed.xml")


def test_a_gzip_bomb_is_rejected(server: Server) -> None:
    server.answers["/"] = response(gzip.compress(bytes(30_000_000)), Content_Encoding="gzip")
    with pytest.raises(InvalidRequestError, match="larger than 20 MB"):
        fetch(f"{server.url}/")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (response(b"", 404), "the server answers 404"),
        (response(b"", 403), "answers 403: it refuses programs that it does not know.*Save the feed with a browser"),
        (response(b"", 302, Location="/"), f"redirects more than {MAX_REDIRECTS} times"),
        (response(b"", 302, Location="file:///etc/passwd"), "cannot be read"),
        (response(b"x", Content_Encoding="br"), "unsupported encoding 'br'"),
        (response(b"x", Content_Encoding="gzip"), "is damaged"),
        (response(b"x", Content_Length="5"), "cannot be read"),
        (response(bytes(20_000_001)), "larger than 20 MB"),
    ],
)
def test_a_failed_or_oversized_download_is_rejected(server: Server, answer: Answer, message: str) -> None:
    server.answers["/"] = answer
    with pytest.raises(InvalidRequestError, match=message):
        fetch(f"{server.url}/")


def test_a_server_that_drips_its_headers_is_left_at_the_deadline(server: Server) -> None:
    """Each byte comes in time, so that no limit on a single read would end it."""
    ended = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            while not ended.wait(0.02):
                handler.wfile.write(b"X")

    server.answers["/"] = drip
    with pytest.raises(InvalidRequestError, match=r"takes longer than 0\.3 s"):
        download(f"{server.url}/", seconds=0.3)
    ended.set()


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "http://127.0.0.1:99999/", "http://127.0.0.1:1/", "https://\x00/"]
)
def test_an_unreachable_or_invalid_url_is_rejected(url: str) -> None:
    with pytest.raises(InvalidRequestError):
        read_posts(url)
