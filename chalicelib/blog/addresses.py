"""Where a post, its photos and its lists are, for readers."""

from chalicelib.settings import settings

PHOTO_EDGES = (640, 1280)


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


def photo_path(media_id: str, edge: int, extension: str = "webp") -> str:
    """The path of one size of a photo in a published post."""
    return f"/blog/photos/{media_id}-{edge}.{extension}"


def photo(media_id: str) -> str:
    """The largest size of a photo in a published post, in the format that everything reads."""
    return f"{settings().site_url}{photo_path(media_id, max(PHOTO_EDGES), 'jpg')}"
