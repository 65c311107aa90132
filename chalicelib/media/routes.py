"""The media routes: parse, call the service, shape the reply."""

from chalicelib import signing
from chalicelib.ids import is_id
from chalicelib.media import contract, service
from chalicelib.media.model import Media, StoredThumbnail
from chalicelib.settings import settings
from chalicelib.store.cursors import seal, unseal
from chalicelib.web import problems
from chalicelib.web.http import Caller, Reply, Request
from chalicelib.web.problems import Problem
from chalicelib.web.routes import Routes

routes = Routes(__name__)


@routes.endpoint(
    "GET",
    "/media",
    query=contract.MediaQuery,
    returns={200: contract.MediaPage},
    refuses=(problems.INVALID_CURSOR,),
)
def list_media(_: Request, caller: Caller, query: contract.MediaQuery) -> Reply:
    """List the caller's photos, newest first, a page at a time."""
    scope = f"media {caller.sub}"
    page = service.list_media(caller.sub, query.limit, unseal(query.cursor, scope, signing.keys()))
    following = seal(page.last_key, scope, signing.keys())
    return Reply(200, contract.MediaPage([_shape(media) for media in page.items], following))


@routes.endpoint("GET", "/media/{media_id}", returns={200: contract.Media}, refuses=(problems.NOT_FOUND,))
def get_media(_: Request, caller: Caller, media_id: str) -> Reply:
    """Get one photo's state and its thumbnails."""
    nothing = Problem(problems.NOT_FOUND, "There is no such photo.")
    if not is_id(media_id):
        raise nothing
    try:
        return Reply(200, _shape(service.get(caller.sub, media_id)))
    except Media.DoesNotExist as error:
        raise nothing from error


def _shape(media: Media) -> contract.Media:
    return contract.Media(
        id=media.media_id,
        url=f"{settings().api_url}/media/{media.media_id}",
        key=media.object_key,
        name=media.name,
        content_type=media.content_type,
        size=None if media.size is None else int(media.size),
        state=media.state,  # type: ignore[arg-type] # written by us alone
        reason=media.reason,
        thumbnails=[_shape_thumbnail(thumbnail) for thumbnail in media.thumbnails],
        created_at=media.created_at,
    )


def _shape_thumbnail(thumbnail: StoredThumbnail) -> contract.Thumbnail:
    return contract.Thumbnail(
        int(thumbnail.width), int(thumbnail.height), thumbnail.content_type, service.thumbnail_url(thumbnail.key)
    )
