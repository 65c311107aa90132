"""The blog's routes: parse, call the service, shape the reply."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from chalicelib import signing
from chalicelib.blog import addresses, contract, feed, markdown, service
from chalicelib.blog.model import Post, PostTag
from chalicelib.blog.service import Author, CoverNotReady, NoSuchPost, PageTooLong, SlugTaken, StalePost
from chalicelib.blog.slugs import is_slug
from chalicelib.readable import readable
from chalicelib.settings import settings
from chalicelib.store.cursors import seal, unseal
from chalicelib.web import problems
from chalicelib.web.etags import etag, expected_version, is_unchanged
from chalicelib.web.http import JSON, Caller, Reply, Request
from chalicelib.web.idempotency_key import idempotent
from chalicelib.web.problems import FieldError, Problem
from chalicelib.web.routes import Routes

AUTHORS = "authors"
LONGEST_NAME = 100
PUBLIC = "public, max-age=60, stale-while-revalidate=300"

routes = Routes(__name__)


@routes.endpoint(
    "GET",
    "/posts",
    private=False,
    query=contract.PostQuery,
    returns={200: contract.PostPage, 304: None},
    refuses=(problems.INVALID_CURSOR,),
    takes_if_none_match=True,
    cache_control=PUBLIC,
    response_headers=("ETag",),
)
def list_posts(request: Request, query: contract.PostQuery) -> Reply:
    """List published posts, or those of a tag, newest first, a page at a time."""
    scope = f"posts {query.tag}"
    after = unseal(query.cursor, scope, signing.keys())
    if query.tag is None:
        page = service.list_published(query.limit, after)
        items, last_key = [_summarise(post) for post in page.items], page.last_key
    else:
        tagged = service.list_tagged(query.tag, query.limit, after)
        items, last_key = [_summarise(row) for row in tagged.items], tagged.last_key
    # The cursor holds the time of its making, so the tag speaks of the items alone.
    listed = contract.PostPage(items, seal(last_key, scope, signing.keys()))
    return _cached(request, listed, msgspec.json.encode([items, last_key]))


@routes.endpoint(
    "GET",
    "/posts/{slug}",
    private=False,
    returns={200: contract.Post, 304: None},
    refuses=(problems.NOT_FOUND,),
    takes_if_none_match=True,
    cache_control=PUBLIC,
    response_headers=("ETag",),
)
def get_post(request: Request, slug: str) -> Reply:
    """Get one published post."""
    with _refusals(slug):
        post = service.get_published(slug)
    html = markdown.sanitise(post.html or "")
    shaped = contract.Post(**msgspec.structs.asdict(_summarise(post)), html=html)
    return _cached(request, shaped, msgspec.json.encode(shaped))


@routes.endpoint(
    "GET",
    "/feed.atom",
    private=False,
    returns={200: {"type": "string"}, 304: None},
    takes_if_none_match=True,
    cache_control=PUBLIC,
    content_type=feed.MEDIA_TYPE,
    response_headers=("ETag",),
)
def get_feed(request: Request) -> Reply:
    """Get the Atom feed of the newest posts."""
    document = feed.atom(service.list_published(feed.LENGTH).items)
    return _cached(request, document, document, feed.MEDIA_TYPE)


@routes.endpoint(
    "POST",
    "/posts",
    group=AUTHORS,
    body=contract.NewPost,
    returns={201: contract.Draft},
    refuses=(problems.SLUG_TAKEN,),
    takes_idempotency_key=True,
    response_headers=("Location", "ETag", "Idempotency-Replayed"),
)
def create_post(request: Request, caller: Caller, body: contract.NewPost) -> Reply:
    """Begin a draft."""
    with _refusals():
        created = service.create(_author(caller), body, idempotent(request, "create_post", body))
    headers = {"Location": f"{settings().api_url}/me/posts/{created.post.slug}", "ETag": etag(created.post.version)}
    if created.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Reply(201, _shape(created.post), headers)


@routes.endpoint(
    "GET",
    "/me/posts",
    group=AUTHORS,
    query=contract.DraftQuery,
    returns={200: contract.DraftPage},
    refuses=(problems.INVALID_CURSOR,),
)
def list_own_posts(_: Request, caller: Caller, query: contract.DraftQuery) -> Reply:
    """List the caller's own posts, the last changed first, a page at a time."""
    scope = f"own posts {caller.sub}"
    page = service.list_own(_author(caller), query.limit, unseal(query.cursor, scope, signing.keys()))
    items = [
        contract.DraftSummary(
            post.slug,
            post.draft_title,
            post.draft_updated_at,
            _published_at(post),
            post.has_unpublished_changes,
        )
        for post in page.items
    ]
    return Reply(200, contract.DraftPage(items, seal(page.last_key, scope, signing.keys())))


@routes.endpoint(
    "GET",
    "/me/posts/{slug}",
    group=AUTHORS,
    returns={200: contract.Draft},
    refuses=(problems.NOT_FOUND,),
    response_headers=("ETag",),
)
def get_own_post(_: Request, caller: Caller, slug: str) -> Reply:
    """Get one of the caller's own posts, with its draft."""
    with _refusals(slug):
        return _reply(service.get_own(_author(caller), slug))


@routes.endpoint(
    "PATCH",
    "/posts/{slug}",
    group=AUTHORS,
    body=contract.DraftChanges,
    returns={200: contract.Draft},
    refuses=(problems.NOT_FOUND, problems.VERSION_MISMATCH),
    takes_if_match=True,
    stale_answer=contract.Draft,
    response_headers=("ETag",),
)
def change_post(request: Request, caller: Caller, slug: str, body: contract.DraftChanges) -> Reply:
    """Change a draft; what readers see stays until it is published."""
    with _refusals(slug):
        return _reply(service.change(_author(caller), slug, body, expected_version(request)))


@routes.endpoint(
    "POST",
    "/posts/{slug}/publish",
    group=AUTHORS,
    body=contract.Publication,
    body_optional=True,
    returns={200: contract.Draft},
    refuses=(problems.NOT_FOUND, problems.COVER_NOT_READY, problems.VERSION_MISMATCH),
    takes_if_match=True,
    stale_answer=contract.Draft,
    response_headers=("ETag",),
)
def publish_post(request: Request, caller: Caller, slug: str, body: contract.Publication) -> Reply:
    """Show readers the draft as it stands."""
    with _refusals(slug):
        return _reply(service.publish(_author(caller), slug, expected_version(request), announce=body.announce))


@routes.endpoint(
    "POST",
    "/posts/{slug}/unpublish",
    group=AUTHORS,
    returns={200: contract.Draft},
    refuses=(problems.NOT_FOUND, problems.VERSION_MISMATCH),
    takes_if_match=True,
    stale_answer=contract.Draft,
    response_headers=("ETag",),
)
def unpublish_post(request: Request, caller: Caller, slug: str) -> Reply:
    """Take a post away from readers; its draft stays."""
    with _refusals(slug):
        return _reply(service.unpublish(_author(caller), slug, expected_version(request)))


@routes.endpoint(
    "DELETE",
    "/posts/{slug}",
    group=AUTHORS,
    returns={204: None},
    refuses=(problems.NOT_FOUND, problems.VERSION_MISMATCH),
    takes_if_match=True,
    stale_answer=contract.Draft,
)
def delete_post(request: Request, caller: Caller, slug: str) -> Reply:
    """Delete a post, its draft included."""
    with _refusals(slug):
        service.delete(_author(caller), slug, expected_version(request))
    return Reply(204)


@contextmanager
def _refusals(*slug: str) -> Iterator[None]:
    nothing = Problem(problems.NOT_FOUND, "There is no such post.")
    if not all(map(is_slug, slug)):
        raise nothing
    try:
        yield
    except NoSuchPost as error:
        raise nothing from error
    except SlugTaken as error:
        raise Problem(problems.SLUG_TAKEN, str(error)) from error
    except CoverNotReady as error:
        raise Problem(problems.COVER_NOT_READY, str(error)) from error
    except PageTooLong as error:
        fields = (FieldError("body", str(error)),)
        raise Problem(problems.INVALID_BODY, "1 field does not fit.", fields) from error
    except StalePost as error:
        headers = {"ETag": etag(error.current.version)}
        extra = {"current": _shape(error.current)}
        raise Problem(problems.VERSION_MISMATCH, str(error), extra=extra, headers=headers) from error


def _author(caller: Caller) -> Author:
    # The name is the person's own, as their token has it.
    name = readable(caller.name)[:LONGEST_NAME].strip()
    return Author(caller.sub, name or "An author")


def _cached(request: Request, body: object, content: bytes, content_type: str = JSON) -> Reply:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if is_unchanged(request, tag):
        return Reply(304, None, {"ETag": tag})
    return Reply(200, body, {"ETag": tag}, content_type)


def _reply(post: Post) -> Reply:
    return Reply(200, _shape(post), {"ETag": etag(post.version)})


def _shape(post: Post) -> contract.Draft:
    return contract.Draft(
        slug=post.slug,
        url=addresses.post(post.slug),
        title=post.draft_title,
        summary=post.draft_summary,
        body=post.draft_body,
        html=service.preview(post),
        tags=list(post.draft_tags),
        cover=post.draft_cover,
        language=post.draft_language,
        created_at=post.created_at,
        updated_at=post.draft_updated_at,
        published_at=_published_at(post),
        has_unpublished_changes=post.has_unpublished_changes,
        version=post.version,
    )


def _published_at(post: Post) -> str | None:
    return post.published_at if post.published_version is not None else None


def _summarise(post: Post | PostTag) -> contract.PostSummary:
    return contract.PostSummary(
        slug=post.slug,
        url=addresses.post(post.slug),
        title=post.title,
        summary=post.summary,
        tags=list(post.tags),
        cover_url=None if post.cover is None else addresses.photo(post.slug, post.cover),
        author_name=post.author_name,
        published_at=post.published_at,
        updated_at=post.updated_at,
        language=post.language_shown,
    )
