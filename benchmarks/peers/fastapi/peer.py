"""FastAPI and Mangum over boto3's resource, with the X-Ray SDK."""

from typing import Annotated

from aws_xray_sdk.core import patch_all
from common import etag, log
from fastapi import FastAPI, HTTPException, Query, Request, Response
from mangum import Mangum
from tables import get, listed

patch_all()
api = FastAPI()


def owner(request):
    return request.scope["aws.event"]["requestContext"]["authorizer"]["claims"]["sub"]


@api.get("/todos/{todo_id}")
def get_todo(todo_id: str, request: Request, response: Response) -> dict:
    todo = get(owner(request), todo_id)
    if todo is None:
        raise HTTPException(404)
    response.headers["ETag"] = etag(todo)
    log("GET", "/todos/{todo_id}", 200)
    return todo


@api.get("/todos")
def list_todos(request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> dict:
    log("GET", "/todos", 200)
    return listed(owner(request), limit)


app = Mangum(api, lifespan="off")
