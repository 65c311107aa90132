"""FastAPI and Mangum over boto3's resource, with the X-Ray SDK."""

from datetime import date
from typing import Annotated

from aws_xray_sdk.core import patch_all
from common import TRACED, content_tag, etag, is_line, is_text, log
from fastapi import FastAPI, HTTPException, Query, Request, Response
from mangum import Mangum
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictInt
from tables import created, get, listed, photo, post, tagged
from tracing import traced

if TRACED:
    patch_all()
api = FastAPI()


def that(holds):
    def check(value):
        if not holds(value):
            raise ValueError("does not fit")
        return value

    return AfterValidator(check)


class NewTodo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, that(lambda text: is_line(text, 500))]
    notes: Annotated[str, Field(max_length=20_000), that(is_text)] = ""
    completed: StrictBool = False
    order: Annotated[StrictInt, Field(gt=-(2**31), lt=2**31)] | None = None
    due_on: date | None = None
    due_at: AwareDatetime | None = None
    tags: Annotated[list[Annotated[str, that(lambda text: is_line(text, 40))]], Field(max_length=10)] = []


def owner(request):
    return request.scope["aws.event"]["requestContext"]["authorizer"]["claims"]["sub"]


@api.get("/todos/{todo_id}")
@traced("GET /todos/{todo_id}")
def get_todo(todo_id: str, request: Request, response: Response) -> dict:
    todo = get(owner(request), todo_id)
    if todo is None:
        raise HTTPException(404)
    response.headers["ETag"] = etag(todo)
    log("GET", "/todos/{todo_id}", 200)
    return todo


@api.get("/todos")
@traced("GET /todos")
def list_todos(request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> dict:
    log("GET", "/todos", 200)
    return listed(owner(request), limit)


@api.post("/todos", status_code=201)
@traced("POST /todos")
def create_todo(new: NewTodo, request: Request, response: Response) -> dict:
    todo = created(owner(request), new.model_dump(), request.headers.get("idempotency-key"))
    response.headers["Location"], response.headers["ETag"] = todo["url"], etag(todo)
    log("POST", "/todos", 201)
    return todo


@api.get("/media/{media_id}")
@traced("GET /media/{media_id}")
def get_photo(media_id: str, request: Request) -> dict:
    found = photo(owner(request), media_id)
    if found is None:
        raise HTTPException(404)
    log("GET", "/media/{media_id}", 200)
    return found


@api.get("/posts/{slug}", response_model=None)
@traced("GET /posts/{slug}")
def get_post(slug: str, request: Request, response: Response) -> dict | Response:
    found = post(slug)
    if found is None:
        raise HTTPException(404)
    return public("/posts/{slug}", found, request, response)


@api.get("/posts", response_model=None)
@traced("GET /posts")
def list_posts(
    tag: str, request: Request, response: Response, limit: Annotated[int, Query(ge=1, le=50)] = 20
) -> dict | Response:
    return public("/posts", tagged(tag, limit), request, response)


def public(route, body, request, response):
    response.headers["ETag"] = content_tag(body)
    unchanged = request.headers.get("if-none-match") == response.headers["ETag"]
    log("GET", route, 304 if unchanged else 200)
    return Response(status_code=304, headers={"ETag": response.headers["ETag"]}) if unchanged else body


app = Mangum(api, lifespan="off")
