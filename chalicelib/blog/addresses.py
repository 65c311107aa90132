"""Where a post, its photos and its lists are, for readers."""

from chalicelib.settings import settings

PHOTO_EDGES = (640, 1280)
PHOTOS_PATH = "/blog/photos/"
LENGTH_OF_AN_ID = 26


def post(slug: str) -> str:
    """The page of a post."""
    return f"{settings().site_url}{post_path(slug)}"


def post_path(slug: str) -> str:
    """The path of a post's page."""
    return f"/blog/{slug}/"


def tag_path(tag: str) -> str:
    """The path of a tag's page."""
    return f"/blog/tags/{tag}/"


def year_path(year: str) -> str:
    """The path of a year's page in the archive."""
    return f"/blog/archive/{year}/"


def photos_path(slug: str) -> str:
    """The beginning of the paths of a published post's photos."""
    return f"{PHOTOS_PATH}{slug}/"


def photo_path(slug: str, name: str, edge: int, extension: str = "webp") -> str:
    """The path of one size of a photo in a published post; `name` is its `published_name`.

    A cover that was published under its bare id keeps the path that it had then.
    """
    folder = PHOTOS_PATH if len(name) == LENGTH_OF_AN_ID else photos_path(slug)
    return f"{folder}{name}-{edge}.{extension}"


def photo(slug: str, name: str) -> str:
    """The largest size of a photo in a published post, in the format that everything reads."""
    return f"{settings().site_url}{photo_path(slug, name, max(PHOTO_EDGES), 'jpg')}"
