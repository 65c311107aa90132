"""What the browser of a signed-in person may do, and what it may not; Ada's, unless it says otherwise."""

from collections.abc import Iterator, Mapping

from infra.simulate import Request
from tests.policies.documents import KEY, Pair
from tests.policies.places import bucket, index, table
from tests.templates.reading import ACCOUNT, REGION, STAGE

ADA, BOB = "ada", "bob"
WHO = f"arn:aws:sts::{ACCOUNT}:assumed-role/mytodolist-{STAGE}-browser/CognitoIdentityCredentials"
TAGGED = {"aws:PrincipalTag/sub": ADA}
LEADING = "dynamodb:LeadingKeys"
POOL = "IdentityPool-id"

Context = Mapping[str, str | list[str]]
Ask = tuple[str, str, Context]


def _photo(owner: str) -> str:
    return f"users/{owner}/01J00000000000000000000000"


def _rows(*keys: str) -> Context:
    return {LEADING: list(keys)}


_OWN = ("s3:PutObject", bucket("media", _photo(ADA)), {})
_OWN_ROW = ("dynamodb:GetItem", table("todos"), _rows(ADA))
_OPEN = ("dynamodb:Query", index("todos", "by_state"), _rows(f"{ADA}#open"))

GRID: list[tuple[str, Ask, Ask]] = [
    ("sends photos, not into another's folder", _OWN, ("s3:PutObject", bucket("media", _photo(BOB)), {})),
    ("sends photos, not into a folder that begins alike", _OWN, ("s3:PutObject", bucket("media", _photo("ada2")), {})),
    ("sends photos, not beside its folder", _OWN, ("s3:PutObject", bucket("media", f"users/{ADA}"), {})),
    ("sends photos, not pages under its folder", _OWN, ("s3:PutObject", bucket("media", f"users/{ADA}/a.html"), {})),
    ("sends photos, not into a photo", _OWN, ("s3:PutObject", bucket("media", f"{_photo(ADA)}/1"), {})),
    ("sends photos, not by longer names", _OWN, ("s3:PutObject", bucket("media", f"{_photo(ADA)}0"), {})),
    ("sends photos, not by shorter names", _OWN, ("s3:PutObject", bucket("media", _photo(ADA)[:-1]), {})),
    ("sends photos, not of the other products", _OWN, ("s3:PutObject", bucket("media", "users-ada/1"), {})),
    ("sends photos, not pages", _OWN, ("s3:PutObject", bucket("site", _photo(ADA)), {})),
    ("sends photos, not to another stage", _OWN, ("s3:PutObject", bucket("media", _photo(ADA), "dev"), {})),
    ("sends photos, and opens none to others", _OWN, ("s3:PutObjectAcl", bucket("media", _photo(ADA)), {})),
    (
        "sees its photos",
        ("s3:GetObject", bucket("media", _photo(ADA)), {}),
        ("s3:GetObject", bucket("media", _photo(BOB)), {}),
    ),
    (
        "sees and deletes what came by another name",
        ("s3:GetObject", bucket("media", f"users/{ADA}/old"), {}),
        ("s3:PutObject", bucket("media", f"users/{ADA}/old"), {}),
    ),
    (
        "sees what is, not what was",
        ("s3:GetObject", bucket("media", _photo(ADA)), {}),
        ("s3:GetObjectVersion", bucket("media", _photo(ADA)), {}),
    ),
    (
        "sees its photos, not those of who begins alike",
        ("s3:GetObject", bucket("media", _photo(ADA)), {}),
        ("s3:GetObject", bucket("media", _photo("ada2")), {}),
    ),
    (
        "sees its photos of its stage",
        ("s3:GetObject", bucket("media", _photo(ADA)), {}),
        ("s3:GetObject", bucket("media", _photo(ADA), "dev"), {}),
    ),
    (
        "sees its photos in their bucket",
        ("s3:GetObject", bucket("media", _photo(ADA)), {}),
        ("s3:GetObject", bucket("site", _photo(ADA)), {}),
    ),
    (
        "deletes its photos",
        ("s3:DeleteObject", bucket("media", _photo(ADA)), {}),
        ("s3:DeleteObject", bucket("media", _photo(BOB)), {}),
    ),
    (
        "deletes, but not for good",
        ("s3:DeleteObject", bucket("media", _photo(ADA)), {}),
        ("s3:DeleteObjectVersion", bucket("media", _photo(ADA)), {}),
    ),
    (
        "sees its thumbnails",
        ("s3:GetObject", bucket("thumbnails", f"{_photo(ADA)}/1/160.webp"), {}),
        ("s3:GetObject", bucket("thumbnails", f"{_photo(BOB)}/1/160.webp"), {}),
    ),
    (
        "makes no thumbnails",
        ("s3:GetObject", bucket("thumbnails", f"{_photo(ADA)}/1/160.webp"), {}),
        ("s3:PutObject", bucket("thumbnails", f"{_photo(ADA)}/1/160.webp"), {}),
    ),
    (
        "lists its photos, not all",
        ("s3:ListBucket", bucket("media"), {"s3:prefix": f"users/{ADA}/"}),
        ("s3:ListBucket", bucket("media"), {}),
    ),
    (
        "lists its photos, not another's",
        ("s3:ListBucket", bucket("media"), {"s3:prefix": f"users/{ADA}/"}),
        ("s3:ListBucket", bucket("media"), {"s3:prefix": f"users/{BOB}/"}),
    ),
    (
        "lists its photos, not those of who begins alike",
        ("s3:ListBucket", bucket("media"), {"s3:prefix": f"users/{ADA}/"}),
        ("s3:ListBucket", bucket("media"), {"s3:prefix": f"users/{ADA}"}),
    ),
    (
        "lists photos, not thumbnails",
        ("s3:ListBucket", bucket("media"), {"s3:prefix": f"users/{ADA}/"}),
        ("s3:ListBucket", bucket("thumbnails"), {"s3:prefix": f"users/{ADA}/"}),
    ),
    ("reads its own row", _OWN_ROW, ("dynamodb:GetItem", table("todos"), _rows(BOB))),
    ("reads rows of todos", _OWN_ROW, ("dynamodb:GetItem", table("media"), _rows(ADA))),
    ("reads rows of its stage", _OWN_ROW, ("dynamodb:GetItem", table("todos", "dev"), _rows(ADA))),
    ("reads rows whose key is known", _OWN_ROW, ("dynamodb:GetItem", table("todos"), {})),
    ("reads, and puts nothing", _OWN_ROW, ("dynamodb:PutItem", table("todos"), _rows(ADA))),
    ("reads, and changes nothing", _OWN_ROW, ("dynamodb:UpdateItem", table("todos"), _rows(ADA))),
    ("reads, and deletes nothing", _OWN_ROW, ("dynamodb:DeleteItem", table("todos"), _rows(ADA))),
    ("reads, and never scans", _OWN_ROW, ("dynamodb:Scan", table("todos"), {})),
    ("reads by no other language", _OWN_ROW, ("dynamodb:PartiQLSelect", table("todos"), _rows(ADA))),
    (
        "lists its rows",
        ("dynamodb:Query", table("todos"), _rows(ADA)),
        ("dynamodb:Query", table("todos"), _rows(BOB)),
    ),
    (
        "lists its rows, and no one else's along with them",
        ("dynamodb:Query", table("todos"), _rows(ADA)),
        ("dynamodb:Query", table("todos"), _rows(ADA, BOB)),
    ),
    (
        "lists rows whose key is known",
        ("dynamodb:Query", table("todos"), _rows(ADA)),
        ("dynamodb:Query", table("todos"), {}),
    ),
    (
        "lists rows by creation",
        ("dynamodb:Query", index("todos", "by_created"), _rows(ADA)),
        ("dynamodb:Query", index("todos", "by_created"), _rows(BOB)),
    ),
    (
        "lists rows by creation whose key is known",
        ("dynamodb:Query", index("todos", "by_created"), _rows(ADA)),
        ("dynamodb:Query", index("todos", "by_created"), {}),
    ),
    ("lists what is open", _OPEN, ("dynamodb:Query", index("todos", "by_state"), _rows(f"{BOB}#open"))),
    (
        "lists what is open of itself, not by its bare name",
        _OPEN,
        ("dynamodb:Query", index("todos", "by_state"), _rows(ADA)),
    ),
    ("lists what is open, and never scans", _OPEN, ("dynamodb:Scan", index("todos", "by_state"), {})),
    ("lists states whose key is known", _OPEN, ("dynamodb:Query", index("todos", "by_state"), {})),
    (
        "lists what is done",
        ("dynamodb:Query", index("todos", "by_state"), _rows(f"{ADA}#done")),
        ("dynamodb:Query", index("todos", "by_state"), _rows(f"{BOB}#done")),
    ),
    (
        "lists what is due",
        ("dynamodb:Query", index("todos", "by_due"), _rows(f"{ADA}#open")),
        ("dynamodb:Query", index("todos", "by_due"), _rows(f"{BOB}#open")),
    ),
    (
        "lists the two states there are",
        ("dynamodb:Query", index("todos", "by_due"), _rows(f"{ADA}#done")),
        ("dynamodb:Query", index("todos", "by_due"), _rows(f"{ADA}#open#{BOB}")),
    ),
    (
        "uses the tables' key through DynamoDB alone",
        ("kms:Decrypt", KEY, {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}),
        ("kms:Decrypt", KEY, {}),
    ),
    (
        "reads the tables' key, and writes with none",
        ("kms:Decrypt", KEY, {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}),
        ("kms:Encrypt", KEY, {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}),
    ),
    (
        "becomes nobody else",
        _OWN_ROW,
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/mytodolist-{STAGE}-api_handler", {}),
    ),
    (
        "calls no function",
        _OWN,
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mytodolist-{STAGE}", {}),
    ),
]


def pairs() -> Iterator[Pair]:
    """Every pair, and those of a browser that AWS knows no person of."""
    for title, (action, resource, context), (other, elsewhere, otherwise) in GRID:
        yield Pair(
            "browser",
            title,
            Request(WHO, action, resource, {**TAGGED, **context}),
            Request(WHO, other, elsewhere, {**TAGGED, **otherwise}),
        )
    own_photo = Request(WHO, "s3:GetObject", bucket("media", _photo(ADA)), TAGGED)
    own_row = Request(WHO, "dynamodb:GetItem", table("todos"), {**TAGGED, **_rows(ADA)})
    for title, allowed, denied in (
        ("needs a person for a photo", own_photo, Request(WHO, own_photo.action, own_photo.resource)),
        (
            "is no person by writing the variable's name",
            own_photo,
            Request(WHO, own_photo.action, bucket("media", "users/${aws:PrincipalTag/sub}/1")),
        ),
        ("needs a person for a row", own_row, Request(WHO, own_row.action, own_row.resource, _rows(ADA))),
        ("is nobody without a name", own_row, Request(WHO, own_row.action, own_row.resource, _rows(""))),
    ):
        yield Pair("browser", title, allowed, denied)
    yield from _trust()


def _trust() -> Iterator[Pair]:
    document = f"trust mytodolist-{STAGE}-browser"
    role = f"arn:aws:iam::{ACCOUNT}:role/mytodolist-{STAGE}-browser"
    cognito, by_web = "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity"
    signed_in = {f"{cognito}:aud": POOL, f"{cognito}:amr": ["authenticated", "cognito-idp.example"]}
    own = Request(cognito, by_web, role, signed_in)
    for title, denied in (
        ("lets in who came by our pool", Request(cognito, by_web, role, {**signed_in, f"{cognito}:aud": "other"})),
        ("lets no guest in", Request(cognito, by_web, role, {**signed_in, f"{cognito}:amr": ["unauthenticated"]})),
        ("needs to know the pool", Request(cognito, by_web, role, {f"{cognito}:amr": ["authenticated"]})),
        ("needs to know the sign-in", Request(cognito, by_web, role, {f"{cognito}:aud": POOL})),
        (
            "lets no other provider vouch",
            Request("accounts.google.com", by_web, role, {"accounts.google.com:aud": POOL}),
        ),
    ):
        yield Pair(document, title, own, denied)
