"""Photos in S3: with real credentials from a real sign-in, each person reaches their own prefix and nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from chalicelib import clock
from tests.images.corpus import encoded, small
from tests.support.laptop import Laptop, Person, until

PHOTO = encoded(small("RGB", (3, 2)), "PNG")
TAG = "${aws:PrincipalTag/sub}"


@pytest.fixture
def bucket(laptop: Laptop) -> str:
    name: str = laptop.urls["media_bucket"]
    return name


@pytest.fixture
def adas_keys(laptop: Laptop, ada: Person) -> Mapping[str, str]:
    return laptop.keys_for(ada.tokens["IdToken"])


@pytest.fixture
def s3(laptop: Laptop, adas_keys: Mapping[str, str]) -> Any:
    """S3 as Ada's browser sees it."""
    return laptop.as_browser("s3", adas_keys)


@pytest.fixture
def photo_id() -> str:
    """The id of a photo that is new."""
    return clock.new_id()


def status(call: Callable[[], Any]) -> int:
    try:
        answer = call()
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def bucket_names(laptop: Laptop) -> list[str]:
    return [each["Name"] for each in laptop.root("s3").list_buckets()["Buckets"]]


def object_calls(s3: Any, bucket: str, key: str) -> list[Callable[[], Any]]:
    return [
        lambda: s3.put_object(Bucket=bucket, Key=key, Body=PHOTO, ContentType="image/png"),
        lambda: s3.get_object(Bucket=bucket, Key=key),
        lambda: s3.head_object(Bucket=bucket, Key=key),
        lambda: s3.delete_object(Bucket=bucket, Key=key),
    ]


def test_a_person_keeps_photos_under_their_own_prefix(s3: Any, bucket: str, ada: Person, photo_id: str) -> None:
    key = f"users/{ada.sub}/{photo_id}"
    assert [status(call) for call in object_calls(s3, bucket, key)] == [200, 200, 200, 204]


def test_only_the_key_of_a_photo_takes_an_upload(
    laptop: Laptop, s3: Any, bucket: str, ada: Person, photo_id: str
) -> None:
    # given keys under the own prefix that are not a photo's
    for name in ("a.html", "tomatoes", f"{photo_id}0", photo_id[:-1], f"{photo_id}/a", "", f"{photo_id}.png"):
        # when a browser writes to them, then it is refused
        key = f"users/{ada.sub}/{name}"
        assert status(lambda key=key: s3.put_object(Bucket=bucket, Key=key, Body=PHOTO)) == 403, name
    # and what only looks as long as a photo's is deleted, whoever wrote it
    for name in ("x" * 26, "folder/of-another-kind.html"[:26]):
        key = f"users/{ada.sub}/{name}"
        s3.put_object(Bucket=bucket, Key=key, Body=b"<script>", ContentType="text/html")
        until(lambda key=key: status(lambda: laptop.root("s3").head_object(Bucket=bucket, Key=key)) == 404)


def test_what_came_by_another_name_stays_its_owners(laptop: Laptop, s3: Any, bucket: str, ada: Person) -> None:
    # given an own key that no photo has, which is there or is not
    key = f"users/{ada.sub}/from-before"
    # when its owner looks at it and deletes it, then S3 does not forbid it
    assert status(lambda: s3.delete_object(Bucket=bucket, Key=key)) == 204


def test_another_persons_photos_are_out_of_reach(
    laptop: Laptop, s3: Any, bucket: str, bob: Person, photo_id: str
) -> None:
    # given a photo of Bob's
    key = f"users/{bob.sub}/{photo_id}"
    laptop.root("s3").put_object(Bucket=bucket, Key=key, Body=PHOTO, ContentType="image/png")
    # when Ada tries every way to it
    statuses = [status(call) for call in object_calls(s3, bucket, key)]
    # then all are refused, and it is still there
    assert statuses == [403] * 4
    assert laptop.root("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == PHOTO


def test_only_the_whole_name_opens_a_prefix(s3: Any, bucket: str, ada: Person) -> None:
    strangers = [
        f"users/{ada.sub}x/a",  # a look-alike
        f"users/{ada.sub[:-1]}/a",
        f"users/{ada.sub}",
        f"users/x{ada.sub}/a",
        f"other/{ada.sub}/a",
        f"{ada.sub}/a",
        f"users/{TAG}/a",  # the policy's own text
        "users/*/a",
        "users/a",
        "a",
    ]
    for key in strangers:
        assert [status(call) for call in object_calls(s3, bucket, key)] == [403] * 4, key


def test_a_person_lists_their_own_prefix_and_no_other(
    s3: Any, bucket: str, ada: Person, bob: Person, photo_id: str
) -> None:
    s3.put_object(Bucket=bucket, Key=f"users/{ada.sub}/{photo_id}", Body=PHOTO, ContentType="image/png")
    own = s3.list_objects_v2(Bucket=bucket, Prefix=f"users/{ada.sub}/")
    assert f"users/{ada.sub}/{photo_id}" in [each["Key"] for each in own["Contents"]]
    for prefix in (f"users/{bob.sub}/", f"users/{ada.sub}x/", f"users/{ada.sub}", "users/", "", f"users/{TAG}/"):
        assert status(lambda prefix=prefix: s3.list_objects_v2(Bucket=bucket, Prefix=prefix)) == 403, prefix
    assert status(lambda: s3.list_objects_v2(Bucket=bucket)) == 403


def test_a_persons_thumbnails_are_theirs_to_look_at(laptop: Laptop, s3: Any, ada: Person, bob: Person) -> None:
    thumbnails = next(each for each in bucket_names(laptop) if "thumbnails" in each)
    for owner, expected in ((ada.sub, 200), (bob.sub, 403), (f"{ada.sub}x", 403)):
        key = f"users/{owner}/a/320.webp"
        laptop.root("s3").put_object(Bucket=thumbnails, Key=key, Body=PHOTO, ContentType="image/png")
        put, get, head, delete = (status(call) for call in object_calls(s3, thumbnails, key))
        assert (put, get, head, delete) == (403, expected, expected, 403)
    assert status(lambda: s3.list_objects_v2(Bucket=thumbnails, Prefix=f"users/{ada.sub}/")) == 403


def test_other_buckets_and_the_bucket_itself_are_out_of_reach(
    laptop: Laptop, s3: Any, bucket: str, ada: Person
) -> None:
    others = {each for each in bucket_names(laptop) if each != bucket and "thumbnails" not in each}
    assert others
    for other in others:
        assert [status(call) for call in object_calls(s3, other, f"users/{ada.sub}/a")] == [403] * 4
    for call in (
        s3.list_buckets,
        lambda: s3.delete_bucket(Bucket=bucket),
        lambda: s3.put_bucket_policy(Bucket=bucket, Policy="{}"),
        lambda: s3.get_bucket_policy(Bucket=bucket),
        lambda: s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": []}),
        lambda: s3.put_object_acl(Bucket=bucket, Key=f"users/{ada.sub}/a", ACL="public-read"),
        lambda: s3.copy_object(
            Bucket=bucket, Key=f"users/{ada.sub}/stolen", CopySource={"Bucket": bucket, "Key": f"users/{ada.sub}x/a"}
        ),
    ):
        assert status(call) == 403


def test_nobody_without_credentials_reaches_anything(laptop: Laptop, bucket: str, ada: Person, photo_id: str) -> None:
    url = f"{laptop.layout.aws}/{bucket}"
    own = f"/users/{ada.sub}/{photo_id}"
    laptop.root("s3").put_object(Bucket=bucket, Key=own[1:], Body=PHOTO, ContentType="image/png")
    for method, path in (("GET", own), ("PUT", own), ("GET", ""), ("DELETE", "")):
        assert httpx.request(method, url + path).status_code == 403


def test_a_presigned_url_reaches_no_further_than_its_signer(
    laptop: Laptop, s3: Any, bucket: str, ada: Person, bob: Person
) -> None:
    photo_id, as_png = clock.new_id(), {"Content-Type": "image/png"}
    laptop.root("s3").put_object(Bucket=bucket, Key=f"users/{bob.sub}/{photo_id}", Body=PHOTO, ContentType="image/png")

    def url(operation: str, owner: str) -> str:
        key = f"users/{owner}/{photo_id}"
        return str(s3.generate_presigned_url(operation, Params={"Bucket": bucket, "Key": key}))

    assert httpx.put(url("put_object", ada.sub), content=PHOTO, headers=as_png).status_code == 200
    assert httpx.get(url("get_object", ada.sub)).content == PHOTO
    assert httpx.put(url("put_object", bob.sub), content=b"other").status_code == 403
    assert httpx.get(url("get_object", bob.sub)).status_code == 403
    # and not to another key by changing its path
    moved = url("get_object", ada.sub).replace(ada.sub, bob.sub, 1)
    assert httpx.get(moved).status_code == 403


def test_credentials_that_were_changed_are_none(
    laptop: Laptop, adas_keys: Mapping[str, str], ada: Person, photo_id: str
) -> None:
    own = {
        "Bucket": laptop.urls["media_bucket"],
        "Key": f"users/{ada.sub}/{photo_id}",
        "Body": PHOTO,
        "ContentType": "image/png",
    }
    for change, expected in (
        ({"SecretKey": "x" * 40}, 403),
        ({"AccessKeyId": "ASIAXXXXXXXXXXXXXXXX"}, 403),
        ({"SessionToken": "x" * 100}, 400),  # InvalidToken, as on AWS
    ):
        forged = laptop.as_browser("s3", {**adas_keys, **change})
        assert status(lambda forged=forged: forged.put_object(**own)) == expected


def test_nobody_gets_credentials_with_anyone_elses_token(laptop: Laptop, ada: Person, bob: Person) -> None:
    # given the identities of both
    public, pool = laptop.public("cognito-identity"), laptop.urls["identity_pool_id"]
    logins = {laptop.provider: ada.tokens["IdToken"]}
    adas = public.get_id(IdentityPoolId=pool, Logins=logins)["IdentityId"]
    # when somebody asks for Ada's credentials with less than Ada's ID token
    refused: list[Callable[[], Any]] = [
        lambda: laptop.keys_for(bob.tokens["IdToken"], adas),
        lambda: laptop.keys_for(ada.tokens["AccessToken"], adas),
        lambda: laptop.keys_for(ada.tokens["IdToken"][:-4] + "AAAA", adas),
        lambda: public.get_credentials_for_identity(IdentityId=adas),
        lambda: public.get_id(IdentityPoolId=pool),
        lambda: public.get_open_id_token(IdentityId=adas, Logins=logins),
    ]
    # then nobody gets any
    assert [status(call) for call in refused] == [400] * len(refused)
    assert laptop.keys_for(ada.tokens["IdToken"], adas)["AccessKeyId"].startswith("ASIA")


def test_the_bucket_answers_pages_of_the_site_and_no_others(laptop: Laptop, bucket: str, ada: Person) -> None:
    url = f"{laptop.layout.aws}/{bucket}/users/{ada.sub}/a"
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    for origin in laptop.layout.origins:
        answer = httpx.options(url, headers={"Origin": origin, **asked})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)
        assert "PUT" in answer.headers["access-control-allow-methods"]
    port = laptop.layout.site_port
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}"):
        answer = httpx.options(url, headers={"Origin": origin, **asked})
        assert "access-control-allow-origin" not in answer.headers
        assert answer.status_code == 403
