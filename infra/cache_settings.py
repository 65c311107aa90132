"""What API Gateway's stage cache keeps, route by route: one table for every path, like infra/api_settings.py.

The direct deploy and the packaged one are told of it by the functions below, and the laptop's gateway reads it here.
Only CloudFormation cannot say who may ask for a fresh answer: there, strangers are not refused but given the copy.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    # The application's own modules want an environment to be imported in, and whoever deploys has none.
    from chalicelib.web.endpoints import Endpoint

# What happens to `Cache-Control: max-age=0` from somebody who may not send it.
STRANGERS = "FAIL_WITH_403"
# https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html#apigw-Type-Stage-cacheClusterSize
SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
LARGEST_ANSWER_BYTES = 1024 * 1024

Route = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A route whose answers are kept for some seconds; `keys` is what tells one answer from another.

    A key is a place and a name, as in `querystring.tag`, `path.slug` and `header.Origin`.
    """

    seconds: int
    keys: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The keys in API Gateway's words."""
        return tuple(f"method.request.{key}" for key in self.keys)


# Every answer names the origin that asked; one that may be "not modified" hangs on what the caller has.
_ORIGIN, _SEEN = "header.Origin", "header.If-None-Match"

# Variants that nobody can list, such as a cursor's, are never refreshed: the seconds are how old they can be.
ROUTES: Mapping[Route, Kept | None] = {
    ("GET", "/posts"): Kept(60, ("querystring.tag", "querystring.limit", "querystring.cursor", _ORIGIN, _SEEN)),
    ("GET", "/posts/{slug}"): Kept(60, ("path.slug", _ORIGIN, _SEEN)),
    ("GET", "/feed.atom"): Kept(60, (_ORIGIN, _SEEN)),
    ("GET", "/openapi.json"): Kept(300, (_ORIGIN,)),
    # It says how things are now.
    ("GET", "/health"): None,
    # Following the link has an effect.
    ("GET", "/subscribers/confirm"): None,
    # The answer holds a token.
    ("GET", "/subscribers/unsubscribe"): None,
    # Private.
    ("GET", "/todos"): None,
    ("GET", "/todos/{todo_id}"): None,
    ("GET", "/media"): None,
    ("GET", "/media/{media_id}"): None,
    ("GET", "/me/posts"): None,
    ("GET", "/me/posts/{slug}"): None,
    # Writes.
    ("POST", "/todos"): None,
    ("DELETE", "/todos"): None,
    ("PATCH", "/todos/{todo_id}"): None,
    ("DELETE", "/todos/{todo_id}"): None,
    ("POST", "/todos/{todo_id}/restore"): None,
    ("POST", "/todos/{todo_id}/attachments"): None,
    ("DELETE", "/todos/{todo_id}/attachments/{media_id}"): None,
    ("POST", "/posts"): None,
    ("PATCH", "/posts/{slug}"): None,
    ("DELETE", "/posts/{slug}"): None,
    ("POST", "/posts/{slug}/publish"): None,
    ("POST", "/posts/{slug}/unpublish"): None,
    ("POST", "/subscribers"): None,
    ("POST", "/subscribers/unsubscribe"): None,
    ("POST", "/contact"): None,
}


def inputs(endpoint: "Endpoint") -> set[str]:
    """Everything an endpoint declares that may change its answer, as keys name it."""
    path = {f"path.{part[1:-1]}" for part in endpoint.path.split("/") if part.startswith("{")}
    query = {f"querystring.{field.encode_name}" for field in msgspec.structs.fields(endpoint.query)}
    # CORS answers each origin by its name; the others are declared.
    headers = {
        _ORIGIN: True,
        _SEEN: endpoint.takes_if_none_match,
        "header.If-Match": endpoint.takes_if_match,
        "header.Idempotency-Key": endpoint.takes_idempotency_key,
    }
    return path | query | {header for header, declared in headers.items() if declared}


def stage_patches(size: str, everywhere: Mapping[str, Any], routes: Mapping[Route, Kept | None] = ROUTES) -> list[Any]:
    """What `UpdateStage` takes, after the patches of infra/api_settings.py.

    `size` is one of SIZES in GB, or empty for a stage without a cache; `everywhere` is `ApiSettings.method_settings()`:
    a method with settings of its own has none of the stage's, so they are said again.
    """
    if not size:
        return [_replace("/cacheClusterEnabled", value=False)]
    patches = []
    for (method, path), kept in _gets(routes):
        key = f"/{_escaped(path)}/{method}"
        patches += [
            _replace(f"{key}/logging/loglevel", value=everywhere["LoggingLevel"]),
            _replace(f"{key}/logging/dataTrace", value=everywhere["DataTraceEnabled"]),
            _replace(f"{key}/metrics/enabled", value=everywhere["MetricsEnabled"]),
            _replace(f"{key}/throttling/rateLimit", value=everywhere["ThrottlingRateLimit"]),
            _replace(f"{key}/throttling/burstLimit", value=everywhere["ThrottlingBurstLimit"]),
            _replace(f"{key}/caching/enabled", value=kept is not None),
        ]
        if kept is not None:
            patches += [
                _replace(f"{key}/caching/ttlInSeconds", value=kept.seconds),
                _replace(f"{key}/caching/dataEncrypted", value=True),
                _replace(f"{key}/caching/requireAuthorizationForCacheControl", value=True),
                _replace(f"{key}/caching/unauthorizedCacheControlHeaderStrategy", value=STRANGERS),
            ]
    # By now every method has said whether it is kept.
    return [*patches, _replace("/cacheClusterSize", value=size), _replace("/cacheClusterEnabled", value=True)]


def left_behind(size: str, there: Iterable[str], routes: Mapping[Route, Kept | None] = ROUTES) -> list[Any]:
    """Patches that remove what earlier ones left: a method that had settings keeps them, with throttles of that time.

    `there` are the names of the stage's method settings, such as `~1posts/GET`; `*/*` is not this table's.
    """
    wanted = {f"{_escaped(path)}/{method}" for (method, path), _ in _gets(routes)} if size else set()
    found = sorted({setting_name(each) for each in there} - wanted - {"*/*"})
    return [{"op": "remove", "path": f"/{each}"} for each in found]


def stage_properties(
    size: str, everywhere: Mapping[str, Any], routes: Mapping[Route, Kept | None] = ROUTES
) -> dict[str, Any]:
    """The same for a template: properties of AWS::Serverless::Api, with `everywhere` as its first method settings."""
    if not size:
        return {"CacheClusterEnabled": False, "MethodSettings": [dict(everywhere)]}
    methods = [
        {**everywhere, "HttpMethod": method, "ResourcePath": f"/{_escaped(path)}", **_in_a_template(kept)}
        for (method, path), kept in _gets(routes)
    ]
    return {"CacheClusterEnabled": True, "CacheClusterSize": size, "MethodSettings": [dict(everywhere), *methods]}


def complete(document: dict[str, Any], routes: Mapping[Route, Kept | None] = ROUTES) -> None:
    """Put the keys into an API's document: each is declared as a parameter, and told to the cache.

    The document is Chalice's, after `infra.api_settings.complete`.
    """
    for (method, path), kept in _gets(routes):
        operation = document["paths"][path][method.lower()]
        for key in kept.keys if kept is not None else ():
            place, _, name = key.partition(".")
            declared = operation.setdefault("parameters", [])
            wanted = {"name": name, "in": "query" if place == "querystring" else place}
            if not any(wanted.items() <= each.items() for each in declared):
                declared.append({**wanted, "required": place == "path", "type": "string"})
        if kept is not None:
            operation["x-amazon-apigateway-integration"]["cacheKeyParameters"] = list(kept.parameters)


def environment(size: str, stage_url: str, api_key: str, distribution_id: str) -> dict[str, str]:
    """What functions have to know to have copies forgotten; empty where something is not there, or not yet.

    `stage_url` is the API past CloudFront, and `api_key` the key of the site's own usage plan.
    """
    known = {"DISTRIBUTION_ID": distribution_id}
    if size and stage_url and api_key:
        known |= {"STAGE_CACHE_URL": stage_url, "STAGE_CACHE_KEY": api_key}
    return {name: value for name, value in known.items() if value}


def _gets(routes: Mapping[Route, Kept | None]) -> list[tuple[Route, Kept | None]]:
    # Other methods are never cached unless they are told to be.
    return [(route, kept) for route, kept in routes.items() if route[0] == "GET"]


def _in_a_template(kept: Kept | None) -> dict[str, Any]:
    if kept is None:
        return {"CachingEnabled": False}
    return {"CachingEnabled": True, "CacheTtlInSeconds": kept.seconds, "CacheDataEncrypted": True}


def setting_name(setting: str) -> str:
    """Return the name of a method's settings as patches have it, such as `~1posts/GET`."""
    # A stage may write a method's path either way.
    path, _, method = setting.rpartition("/")
    return f"{path if path == '*' else _escaped('/' + path.replace('~1', '/').strip('/'))}/{method}"


def _escaped(path: str) -> str:
    return path.replace("/", "~1")


def _replace(path: str, *, value: object) -> dict[str, str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return {"op": "replace", "path": path, "value": text}
