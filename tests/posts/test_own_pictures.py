"""Posts with a picture of their own, as public blogs, themes and platforms say it; and pictures that are no post's own.

Each specimen of front matter, of a feed and of an export has the fields and values of a public repository.
"""

import json
from pathlib import Path

import pytest

from errors import InvalidRequestError
from posts.choose import choose
from posts.pictures import pictures_of
from posts.posts import Posts, lines_of
from posts.read import read_posts

# What stands in a post, and the picture that is its own.
FRONT_MATTER = {
    "midu.dev": ("image: '/images/codefi01.jpg'", "/images/codefi01.jpg"),
    "Jekyll's header-img, Huxpro": ('header-img: "img/post-bg-2015.jpg"', "img/post-bg-2015.jpg"),
    "Minimal Mistakes, with an anchor": (
        "image:\n  path: &image /assets/images/jekyll-themes-feature.jpg\n  width: 1920\n  feature: *image",
        "/assets/images/jekyll-themes-feature.jpg",
    ),
    "PaperMod": ('cover:\n  image: "/images/cover.PNG"\n  alt: An example\n  relative: false', "/images/cover.PNG"),
    "Ananke": ('featured_image: "/images/notebook.png"', "/images/notebook.png"),
    "Cactus for Astro": ('coverImage:\n  src: "./cover.png"\n  alt: "Astro build wallpaper"', "./cover.png"),
    "React Native's Docusaurus": (
        "hero: '/blog/assets/dark-hero.png'\nauthorImageURL: 'https://avatars0.githubusercontent.com/u/13947?v=3&s=460'",
        "/blog/assets/dark-hero.png",
    ),
    "Babel's Docusaurus": ("image: https://i.imgur.com/tJ9p4uS.png", "https://i.imgur.com/tJ9p4uS.png"),
    "an address without an extension": (
        "image: https://images.unsplash.com/photo-1534307671554-9a6d81f4d629?ixlib=rb-4.0.3&fit=crop&w=1651",
        "https://images.unsplash.com/photo-1534307671554-9a6d81f4d629?ixlib=rb-4.0.3&fit=crop&w=1651",
    ),
    "a list": ("images: ['/static/images/canada/toronto.jpg', '/b.jpg']", "/static/images/canada/toronto.jpg"),
    "Pelican's Attila": ("og_image: assets/images/4BQLVS45VD.jpg", "assets/images/4BQLVS45VD.jpg"),
    "Zola": ("extra:\n  thumbnail: images/map.webp", "images/map.webp"),
    "VitePress": (
        "head:\n  - - meta\n    - property: og:image\n      content: https://vite.dev/og-image-announcing-vite5.webp",
        "https://vite.dev/og-image-announcing-vite5.webp",
    ),
    "Obsidian": ('cover: "[[Pasted image 20240101.png]]"', "Pasted image 20240101.png"),
}
NO_PICTURE = {
    "none": "",
    "an empty one, as in Fuwari": "image: ''",
    "a name of a layout": "header: minimal\nbanner: true",
    "an author's avatar": "image: https://avatars0.githubusercontent.com/u/13947?v=3",
    "a logo": "image: /assets/logo.svg",
    "the theme's default": "og_image: /images/og-default.png",
    "a page's address": "cover: https://example.com/about.html",
}
COVERED = "image: /covers/one.jpg"


def markdown(tmp_path: Path, *fields: str) -> Posts:
    """Return a folder's posts: ``one.md``, ``two.md`` and so on, with these fields."""
    for name, said in zip(("one", "two", "three", "four", "five", "six"), fields, strict=False):
        (tmp_path / "posts").mkdir(exist_ok=True)
        (tmp_path / f"posts/{name}.md").write_text(f"---\ntitle: {name}\n{said}\n---\n\nA text.\n", encoding="utf-8")
    return read_posts(str(tmp_path / "posts"))


def source(tmp_path: Path, name: str, text: str) -> Posts:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_posts(str(tmp_path / name))


def images(posts: Posts) -> dict[str, str]:
    return {post.slug: post.image for post in posts.posts}


@pytest.mark.parametrize(("written", "picture"), FRONT_MATTER.values(), ids=FRONT_MATTER)
def test_a_picture_is_known_by_what_generators_call_it(tmp_path: Path, written: str, picture: str) -> None:
    assert images(markdown(tmp_path, written, "")) == {"one": picture, "two": ""}


@pytest.mark.parametrize("written", NO_PICTURE.values(), ids=NO_PICTURE)
def test_what_is_no_picture_or_stands_in_for_one_is_not_the_posts_own(tmp_path: Path, written: str) -> None:
    assert images(markdown(tmp_path, written)) == {"one": ""}


def test_posts_with_a_picture_are_left_out_counted_and_named_unless_asked_for(tmp_path: Path) -> None:
    posts = markdown(tmp_path, "image: /images/codefi01.jpg", "")
    chosen = choose(posts)
    assert [post.slug for post in chosen.posts] == ["two"]
    assert lines_of(chosen.left_out) == (
        "with a picture of their own (1): one: /images/codefi01.jpg. To draw them too, give --with-images",
    )
    assert len(choose(posts, with_images=True).posts) == 2


def test_a_limit_counts_posts_to_draw(tmp_path: Path) -> None:
    posts = source(tmp_path, "posts.csv", "title,image\nOne,/a.jpg\nTwo,\nThree,\n")
    assert [post.slug for post in choose(posts, limit=1).posts] == ["two"]


def test_a_slug_in_only_means_that_post_alone_even_if_it_has_a_picture(tmp_path: Path) -> None:
    posts = source(tmp_path, "posts.csv", "title,slug,image\nOne,caching,/a.jpg\nTwo,caching-2,\nThree,three,\n")
    with pytest.raises(InvalidRequestError) as rejected:
        choose(posts, only="caching")
    [fault] = map(str, rejected.value.faults)
    assert "with a picture of their own (1): One: /a.jpg. To draw them too, give --with-images;" in fault
    assert [post.title for post in choose(posts, only="caching", with_images=True).posts] == ["One"]
    assert [post.title for post in choose(posts, only="cach", with_images=True).posts] == ["One", "Two"]


def test_a_slug_in_only_may_be_written_in_another_form_of_unicode(tmp_path: Path) -> None:
    posts = source(tmp_path, "posts.csv", "title,slug\nOne,パン\nTwo,パン-2\n")
    assert [post.title for post in choose(posts, only="ハ\u309aン").posts] == ["One"]


def test_exclude_leaves_out_posts_by_title_or_slug(tmp_path: Path) -> None:
    posts = source(tmp_path, "posts.csv", "title,slug\nWeekly Notes,w\nNews,notes-2\nGuide,guide\n")
    chosen = choose(posts, exclude="NOTES")
    assert [post.title for post in chosen.posts] == ["Guide"]
    assert lines_of(chosen.left_out) == ('with "NOTES" (2): Weekly Notes, News',)


@pytest.mark.parametrize("written", ["cover: false", "cover: no", "params:\n  cover: false", "extra:\n  cover: false"])
def test_a_post_can_refuse_a_cover(tmp_path: Path, written: str) -> None:
    posts = markdown(tmp_path, written, "")
    assert [post.slug for post in posts.posts] == ["two"]
    assert lines_of(posts.left_out) == ('with "cover: false" (1): one.md',)


SHARED = "image: /images/twitter-card.png"


@pytest.mark.parametrize(
    ("fields", "pictured"),
    [
        ([SHARED, SHARED], 0),
        ([SHARED, SHARED, "image: /a.jpg"], 1),
        ([SHARED] * 6, 0),
        ([SHARED, SHARED, "image: /a.jpg", "image: /b.jpg"], 4),
        ([SHARED], 1),
    ],
    ids=["all", "most", "five and more", "two parts of a series", "one post"],
)
def test_a_picture_that_most_posts_share_is_no_posts_own(tmp_path: Path, fields: list[str], pictured: int) -> None:
    posts = markdown(tmp_path, *fields)
    assert sum(map(bool, images(posts).values())) == pictured
    is_shared = SHARED.partition(" ")[2] not in images(posts).values()
    note = ("pictures that many posts share (1): /images/twitter-card.png",) if is_shared else ()
    assert [each for each in posts.remarks if "share" in each] == list(note)


def test_many_posts_may_share_a_picture_that_stands_beside_their_own(tmp_path: Path) -> None:
    rows = "".join(f"Post {number},/{number}.jpg,/card.jpg\n" for number in range(8))
    posts = source(tmp_path, "posts.csv", f"title,thumbnail,image\n{rows}")
    assert [post.image for post in posts.posts] == [f"/{number}.jpg" for number in range(8)]
    assert posts.remarks == ()


def test_a_picture_that_the_sites_configuration_names_is_the_sites(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text('baseURL = "https://e.com/"\n[params]\nimages = ["img/card.jpg"]\n')
    assert images(markdown(tmp_path, "image: /img/card.jpg", "image: /img/one.jpg")) == {
        "one": "",
        "two": "/img/one.jpg",
    }


def test_translations_of_a_post_may_share_its_picture(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    for language in ("en", "de", "fr", "ja", "zh-tw", "es"):
        (folder / f"hello.{language}.md").write_text(f"---\ntitle: Hello {language}\nimage: hello.jpg\n---\n")
    posts = read_posts(str(folder))
    assert [post.image for post in posts.posts] == ["hello.jpg"] * 6


def test_a_cover_that_this_project_made_is_no_picture_of_the_posts_own(tmp_path: Path) -> None:
    other = "image: /covers/another.jpg"
    assert images(markdown(tmp_path, COVERED, other)) == {"one": "", "two": "/covers/another.jpg"}


@pytest.mark.parametrize(("listed", "image"), [('[{"slug": "one", "file": "one.jpg"}]', ""), (None, "/covers/one.jpg")])
def test_a_file_at_a_covers_place_is_someones_own_unless_it_is_listed(
    tmp_path: Path, listed: str | None, image: str
) -> None:
    (tmp_path / "hugo.toml").write_text('baseURL = "https://e.com/"\n')
    (tmp_path / "static/covers").mkdir(parents=True)
    (tmp_path / "static/covers/one.jpg").write_bytes(b"")
    if listed:
        (tmp_path / "static/covers/covers.json").write_text(listed)
    assert images(markdown(tmp_path, COVERED))["one"] == image


def test_hugo_takes_a_picture_beside_the_post_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text('baseURL = "https://e.com/"\n')
    for name, picture in {
        "charts": "thumb-jason-eQux.jpg",
        "emoji": "feature-domingo.jpg",
        "bare": "chart.png",
    }.items():
        (tmp_path / "content" / name).mkdir(parents=True)
        (tmp_path / "content" / name / "index.md").write_text(f"---\ntitle: {name}\n---\n")
        (tmp_path / "content" / name / picture).write_bytes(b"")
    assert images(read_posts(str(tmp_path / "content"))) == {
        "charts": "",
        "emoji": "feature-domingo.jpg",
        "bare": "",
    }


AVATAR = '<media:content url="https://0.gravatar.com/avatar/ff90?s=96" medium="image"/>'
ENTRIES = {
    "a WordPress.com feed": (
        '<media:thumbnail url="https://en-blog.files.wordpress.com/2015/06/screen.png?w=150"/>' + AVATAR,
        "https://en-blog.files.wordpress.com/2015/06/screen.png?w=150",
    ),
    "its posts without a picture have their author's": (AVATAR, ""),
    "an enclosure": (
        '<enclosure url="https://cdn.example.com/paddock.jpg" type="image/jpeg" length="473162"/>',
        "https://cdn.example.com/paddock.jpg",
    ),
    "an episode": (
        '<enclosure url="https://podcast-mp3.dradio.de/kakadu.mp3?refId=104" length="24172021" type="audio/mpeg"/>',
        "",
    ),
    "an episode with a picture": (
        '<enclosure url="https://e.com/1.mp3" type="audio/mpeg"/><itunes:image href="https://e.com/1-art.jpg"/>',
        "https://e.com/1-art.jpg",
    ),
    "a video's address": ('<media:content url="https://e.com/clip.mp4" medium="video"/>', ""),
    "a group": (
        '<media:group><media:content url="https://e.com/a.webp" type="image/webp"/></media:group>',
        "https://e.com/a.webp",
    ),
    "a small one of Blogger's": (
        '<media:thumbnail url="https://1.bp.blogspot.com/-x/s72-c/a.png" height="72" width="72"/>',
        "https://1.bp.blogspot.com/-x/s1600/a.png",
    ),
    "a path": ('<enclosure url="/img/a.png" type="image/png"/>', "https://e.com/img/a.png"),
    "this project's cover": ('<enclosure url="https://e.com/covers/one.jpg" type="image/jpeg"/>', ""),
}
SPACES = (
    "xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
    "xmlns:wp='http://wordpress.org/export/1.2/'"
)


def rss(*items: str) -> str:
    logo = "<image><url>https://e.com/logo-big.png</url></image><itunes:image href='https://e.com/show.jpg'/>"
    channel = f"<channel><title>B</title><link>https://e.com/</link>{logo}{''.join(items)}</channel>"
    return f"<rss version='2.0' {SPACES}>{channel}</rss>"


@pytest.mark.parametrize(("written", "picture"), ENTRIES.values(), ids=ENTRIES)
def test_a_feeds_entry_names_its_picture(tmp_path: Path, written: str, picture: str) -> None:
    posts = source(
        tmp_path, "feed.xml", rss(f"<item><title>One</title><link>https://e.com/one/</link>{written}</item>")
    )
    assert images(posts) == {"one": picture}


def test_a_feed_that_gives_every_entry_the_sites_picture_leaves_none_out(tmp_path: Path) -> None:
    card = '<media:content url="https://e.com/card.png" medium="image"/>'
    items = [f"<item><title>Post {number}</title>{card}</item>" for number in range(3)]
    posts = source(tmp_path, "feed.xml", rss(*items))
    assert len(choose(posts).posts) == 3
    assert posts.remarks == ("pictures that many posts share (1): https://e.com/card.png",)


def test_atom_links_its_picture_as_an_enclosure(tmp_path: Path) -> None:
    link = '<link rel="enclosure" type="image/png" href="https://e.com/a.png"/>'
    entry = f'<entry><title>One</title><link href="https://e.com/one"/>{link}</entry>'
    posts = source(tmp_path, "atom.xml", f'<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title>{entry}</feed>')
    assert images(posts) == {"one": "https://e.com/a.png"}


def test_of_a_wordpress_export_the_featured_picture_is_among_its_attachments(tmp_path: Path) -> None:
    def item(number: int, kind: str, more: str) -> str:
        said = f"<title>Post {number}</title><wp:post_id>{number}</wp:post_id><wp:post_name>p{number}</wp:post_name>"
        return f"<item>{said}<wp:status>publish</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>"

    def featured(number: int) -> str:
        pair = f"<wp:meta_key><![CDATA[_thumbnail_id]]></wp:meta_key><wp:meta_value>{number}</wp:meta_value>"
        return f"<wp:postmeta>{pair}</wp:postmeta>"

    address = "https://wpthemetestdata.files.wordpress.com/2012/03/featured-image-horizontal.jpg"
    edited = "<wp:postmeta><wp:meta_key>_edit_last</wp:meta_key><wp:meta_value>1022</wp:meta_value></wp:postmeta>"
    posts = source(
        tmp_path,
        "export.xml",
        rss(
            item(1011, "post", edited + featured(1022)),
            item(1022, "attachment", f"<wp:attachment_url>{address}</wp:attachment_url>"),
            item(1016, "post", featured(1027)),
            item(1031, "post", edited),
        ),
    )
    assert images(posts) == {
        "p1011": address,
        "p1016": "attachment 1027, which the export does not have",
        "p1031": "",
    }


JSON = {
    "Ghost": (
        {
            "db": [
                {
                    "meta": {"version": "5.80.0"},
                    "data": {"posts": [{"title": "One", "feature_image": "__GHOST_URL__/content/images/a.jpg"}]},
                }
            ]
        },
        "__GHOST_URL__/content/images/a.jpg",
    ),
    "WordPress's REST API, embedded": (
        [
            {
                "title": {"rendered": "One"},
                "slug": "one",
                "status": "publish",
                "type": "post",
                "featured_media": 7,
                "_embedded": {"wp:featuredmedia": [{"source_url": "https://e.com/a.jpg"}]},
            }
        ],
        "https://e.com/a.jpg",
    ),
    "WordPress's REST API, by number": (
        [{"title": {"rendered": "One"}, "slug": "one", "status": "publish", "type": "post", "featured_media": 7}],
        "media 7, whose address the answer does not have",
    ),
    "WordPress's REST API, none": (
        [{"title": {"rendered": "One"}, "slug": "one", "status": "publish", "type": "post", "featured_media": 0}],
        "",
    ),
    "JSON Feed": (
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [{"title": "One", "url": "/one/", "banner_image": "https://e.com/b.jpg"}],
        },
        "https://e.com/b.jpg",
    ),
    "dev.to": ([{"type_of": "article", "title": "One", "cover_image": "https://e.com/c.png"}], "https://e.com/c.png"),
    "dev.to makes a social image of each title": (
        [{"type_of": "article", "title": "One", "cover_image": None, "social_image": "https://e.com/s.png"}],
        "",
    ),
}


@pytest.mark.parametrize(("written", "picture"), JSON.values(), ids=JSON)
def test_exports_name_their_posts_pictures(tmp_path: Path, written: object, picture: str) -> None:
    [post] = source(tmp_path, "export.json", json.dumps(written)).posts
    assert post.image == picture


def test_fields_that_hold_themselves_end() -> None:
    held: dict[str, object] = {"alt": "A"}
    held["image"] = [held, {"src": "/a.jpg"}]
    assert pictures_of({"image": held}) == ["/a.jpg"]
