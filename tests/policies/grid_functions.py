"""What each function may do, and its neighbours that it may not."""

from collections.abc import Iterator

from infra import policies
from infra.simulate import Request
from tests.policies.documents import API, DISTRIBUTION, KEY, MAIL_FROM, Pair
from tests.policies.places import (
    bucket,
    configuration_set,
    distribution,
    index,
    log,
    queue,
    route,
    sender,
    stream,
    table,
    topic,
)
from tests.templates.reading import ACCOUNT, REGION, STAGE

PHOTO = "users/ada/01J00000000000000000000000"
STREAMS = {
    "publish-pages": "posts",
    "mail-subscribers": "subscribers",
    "tell-owner": "messages",
    "follow-photos": "media",
    "empty-trash": "todos",
}
QUEUES = {"make-thumbnails": "thumbnail-jobs", "follow-mail": "mail-event-jobs", "announce-posts": "announcements"}
SENDERS = ("mail-subscribers", "announce-posts", "sweep-mail")

Ask = tuple[str, str] | tuple[str, str, dict[str, str]]
OWN = {"ses:FromAddress": MAIL_FROM}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mytodolist-{STAGE}-api_handler"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:mytodolist-{STAGE}-signing-key-abcdef"

# function: what it is about, what it may, what it may not
GRID: dict[str, list[tuple[str, Ask, Ask]]] = {
    "api-handler": [
        (
            "reads todos of its own stage",
            ("dynamodb:GetItem", table("todos")),
            ("dynamodb:GetItem", table("todos", "staging")),
        ),
        (
            "takes no stage whose name only begins alike",
            ("dynamodb:GetItem", table("media")),
            ("dynamodb:GetItem", table("media", f"{STAGE}2")),
        ),
        ("creates todos", ("dynamodb:PutItem", table("todos")), ("dynamodb:PutItem", table("media"))),
        ("changes todos", ("dynamodb:UpdateItem", table("todos")), ("dynamodb:DeleteItem", table("todos"))),
        (
            "lists todos by their indexes",
            ("dynamodb:Query", index("todos", "by_created")),
            ("dynamodb:Query", table("todos")),
        ),
        (
            "never scans an index",
            ("dynamodb:Query", index("todos", "by_state")),
            ("dynamodb:Scan", index("todos", "by_state")),
        ),
        (
            "lists todos by when they are due",
            ("dynamodb:Query", index("todos", "by_due")),
            ("dynamodb:Query", index("todos", "by_anything")),
        ),
        ("lists photos", ("dynamodb:Query", table("media")), ("dynamodb:Scan", table("media"))),
        (
            "takes photos off",
            ("dynamodb:DeleteItem", table("media")),
            ("dynamodb:DeleteTable", table("media")),
        ),
        ("reads posts", ("dynamodb:GetItem", table("posts")), ("dynamodb:Query", table("posts"))),
        ("lists posts", ("dynamodb:Query", index("posts", "feed")), ("dynamodb:Query", index("posts", "other"))),
        (
            "lists an author's posts",
            ("dynamodb:Query", index("posts", "by_author")),
            ("dynamodb:Query", index("subscribers", "confirmed")),
        ),
        ("deletes posts", ("dynamodb:DeleteItem", table("posts")), ("dynamodb:BatchWriteItem", table("posts"))),
        ("tags posts", ("dynamodb:PutItem", table("post-tags")), ("dynamodb:UpdateItem", table("post-tags"))),
        (
            "takes sign-ups without seeing who is there",
            ("dynamodb:UpdateItem", table("subscribers")),
            ("dynamodb:GetItem", table("subscribers")),
        ),
        ("takes messages unread", ("dynamodb:PutItem", table("messages")), ("dynamodb:GetItem", table("messages"))),
        (
            "counts messages",
            ("dynamodb:UpdateItem", table("messages")),
            ("dynamodb:DeleteItem", table("messages")),
        ),
        (
            "remembers requests",
            ("dynamodb:PutItem", table("idempotency")),
            ("dynamodb:GetItem", table("idempotency")),
        ),
        (
            "sends no mail",
            ("dynamodb:UpdateItem", table("subscribers")),
            ("ses:SendRawEmail", sender(MAIL_FROM), OWN),
        ),
        ("touches no photos in S3", ("dynamodb:UpdateItem", table("media")), ("s3:GetObject", bucket("media", PHOTO))),
        ("hands no role on", ("dynamodb:PutItem", table("posts")), ("iam:PassRole", ROLE)),
        ("reads no secret", ("dynamodb:UpdateItem", table("posts")), ("secretsmanager:GetSecretValue", SECRET)),
        (
            "leaves the ledger alone",
            ("dynamodb:DeleteItem", table("post-tags")),
            ("dynamodb:UpdateItem", table("deliveries")),
        ),
    ],
    "publish-pages": [
        ("reads posts", ("dynamodb:GetItem", table("posts")), ("dynamodb:UpdateItem", table("posts"))),
        ("lists posts", ("dynamodb:Query", index("posts", "feed")), ("dynamodb:Query", index("posts", "by_author"))),
        ("lists tags", ("dynamodb:Query", table("post-tags")), ("dynamodb:PutItem", table("post-tags"))),
        ("finds photos", ("dynamodb:GetItem", table("media")), ("dynamodb:Query", table("media"))),
        ("keeps photos", ("dynamodb:UpdateItem", table("media")), ("dynamodb:DeleteItem", table("media"))),
        (
            "writes the blog's pages and no others",
            ("s3:PutObject", bucket("site", "blog/a-post/index.html")),
            ("s3:PutObject", bucket("site", "index.html")),
        ),
        (
            "takes pages away, and none of the application's",
            ("s3:DeleteObject", bucket("site", "blog/a-post/index.html")),
            ("s3:DeleteObject", bucket("site", "todos/index.html")),
        ),
        (
            "keeps to its folder, not to what begins alike",
            ("s3:PutObject", bucket("site", "blog/index.html")),
            ("s3:PutObject", bucket("site", "blog-of-mine/index.html")),
        ),
        (
            "writes the map of the site",
            ("s3:PutObject", bucket("site", "sitemap.xml")),
            ("s3:DeleteObject", bucket("site", "sitemap.xml")),
        ),
        (
            "sees the pages that it replaces, and none of the application's",
            ("s3:GetObject", bucket("site", "blog/a-post/index.html")),
            ("s3:GetObject", bucket("site", "todos/index.html")),
        ),
        (
            "sees the map of the site, not of another stage",
            ("s3:GetObject", bucket("site", "sitemap.xml")),
            ("s3:GetObject", bucket("site", "sitemap.xml", "dev")),
        ),
        (
            "reads where the styles are",
            ("s3:GetObject", bucket("site", "assets.json")),
            ("s3:PutObject", bucket("site", "assets.json")),
        ),
        ("tells absent from forbidden", ("s3:ListBucket", bucket("site")), ("s3:ListBucket", bucket("thumbnails"))),
        (
            "shows thumbnails and never originals",
            ("s3:GetObject", bucket("thumbnails", f"{PHOTO}/1/640.webp")),
            ("s3:GetObject", bucket("media", PHOTO)),
        ),
        (
            "announces",
            ("sqs:SendMessage", queue("announcements")),
            ("sqs:ReceiveMessage", queue("announcements")),
        ),
        (
            "opens nothing to the public",
            ("s3:PutObject", bucket("site", "blog/photos/1-640.webp")),
            ("s3:PutObjectAcl", bucket("site", "blog/photos/1-640.webp")),
        ),
        (
            "refreshes a post",
            ("execute-api:InvalidateCache", route(API, "GET", "posts/seen")),
            ("execute-api:InvalidateCache", route(API, "POST", "posts/seen")),
        ),
        (
            "refreshes lists, and nothing private",
            ("execute-api:InvalidateCache", route(API, "GET", "posts")),
            ("execute-api:InvalidateCache", route(API, "GET", "me/posts")),
        ),
        (
            "refreshes the feed of its own API",
            ("execute-api:InvalidateCache", route(API, "GET", "feed.atom")),
            ("execute-api:InvalidateCache", route("z9y8x7", "GET", "feed.atom")),
        ),
        (
            "refreshes what begins alike no more than what is private",
            ("execute-api:InvalidateCache", route(API, "GET", "posts/seen")),
            ("execute-api:InvalidateCache", route(API, "GET", "posts-of-mine")),
        ),
        (
            "has CloudFront forget, and be",
            ("cloudfront:CreateInvalidation", distribution(DISTRIBUTION)),
            ("cloudfront:UpdateDistribution", distribution(DISTRIBUTION)),
        ),
        (
            "has its own distribution forget",
            ("cloudfront:CreateInvalidation", distribution(DISTRIBUTION)),
            ("cloudfront:CreateInvalidation", distribution("E2DEV")),
        ),
    ],
    "mail-subscribers": [
        (
            "reads subscribers",
            ("dynamodb:GetItem", table("subscribers")),
            ("dynamodb:UpdateItem", table("subscribers")),
        ),
        ("claims", ("dynamodb:UpdateItem", table("deliveries")), ("dynamodb:DeleteItem", table("deliveries"))),
        ("tells of new subscribers", ("sns:Publish", topic("new-subscriber")), ("sns:Publish", topic("owner"))),
        (
            "tells its own stage",
            ("sns:Publish", topic("new-subscriber")),
            ("sns:Publish", topic("new-subscriber", "dev")),
        ),
        (
            "subscribes nobody to it",
            ("sns:Publish", topic("new-subscriber")),
            ("sns:Subscribe", topic("new-subscriber")),
        ),
    ],
    "tell-owner": [
        ("reads messages", ("dynamodb:GetItem", table("messages")), ("dynamodb:PutItem", table("messages"))),
        ("claims", ("dynamodb:UpdateItem", table("deliveries")), ("dynamodb:UpdateItem", table("subscribers"))),
        ("tells the owner", ("sns:Publish", topic("owner")), ("sns:Publish", topic("new-subscriber"))),
        ("mails nobody itself", ("sns:Publish", topic("owner")), ("ses:SendRawEmail", sender(MAIL_FROM), OWN)),
    ],
    "follow-photos": [
        ("finds rows", ("dynamodb:GetItem", table("media")), ("dynamodb:UpdateItem", table("media"))),
        ("removes rows", ("dynamodb:DeleteItem", table("media")), ("dynamodb:DeleteItem", table("todos"))),
        ("shows thumbnails", ("dynamodb:UpdateItem", table("todos")), ("dynamodb:GetItem", table("todos"))),
        (
            "deletes originals without seeing them",
            ("s3:DeleteObject", bucket("media", PHOTO)),
            ("s3:GetObject", bucket("media", PHOTO)),
        ),
        (
            "deletes thumbnails",
            ("s3:DeleteObject", bucket("thumbnails", f"{PHOTO}/1/640.webp")),
            ("s3:PutObject", bucket("thumbnails", f"{PHOTO}/1/640.webp")),
        ),
        (
            "deletes no version for good",
            ("s3:DeleteObject", bucket("media", PHOTO)),
            ("s3:DeleteObjectVersion", bucket("media", PHOTO)),
        ),
        (
            "lists a person's thumbnails",
            ("s3:ListBucket", bucket("thumbnails"), {"s3:prefix": f"{PHOTO}/"}),
            ("s3:ListBucket", bucket("thumbnails"), {"s3:prefix": ""}),
        ),
        (
            "lists no originals",
            ("s3:ListBucket", bucket("thumbnails"), {"s3:prefix": f"{PHOTO}/"}),
            ("s3:ListBucket", bucket("media"), {"s3:prefix": f"{PHOTO}/"}),
        ),
    ],
    "empty-trash": [
        ("removes photos", ("dynamodb:DeleteItem", table("media")), ("dynamodb:GetItem", table("media"))),
        ("leaves photos to posts", ("dynamodb:UpdateItem", table("media")), ("dynamodb:UpdateItem", table("todos"))),
        ("touches no todo", ("dynamodb:DeleteItem", table("media")), ("dynamodb:DeleteItem", table("todos"))),
    ],
    "make-thumbnails": [
        ("finds rows", ("dynamodb:GetItem", table("media")), ("dynamodb:Scan", table("media"))),
        ("knows all of a person's", ("dynamodb:Query", table("media")), ("dynamodb:Query", table("todos"))),
        ("settles rows", ("dynamodb:UpdateItem", table("media")), ("dynamodb:UpdateItem", table("todos"))),
        ("forgets what is gone", ("dynamodb:DeleteItem", table("media")), ("dynamodb:BatchWriteItem", table("media"))),
        ("reads photos", ("s3:GetObject", bucket("media", PHOTO)), ("s3:PutObject", bucket("media", PHOTO))),
        (
            "reads photos of people alone",
            ("s3:GetObject", bucket("media", PHOTO)),
            ("s3:GetObject", bucket("media", "usersof/ada/1")),
        ),
        (
            "deletes what is no photo",
            ("s3:DeleteObject", bucket("media", PHOTO)),
            ("s3:DeleteObject", bucket("site", "index.html")),
        ),
        ("tells absent from forbidden", ("s3:ListBucket", bucket("media")), ("s3:ListBucket", bucket("site"))),
        (
            "writes thumbnails into their bucket",
            ("s3:PutObject", bucket("thumbnails", f"{PHOTO}/1/640.webp")),
            ("s3:PutObject", bucket("thumbnails", "elsewhere/640.webp")),
        ),
        (
            "takes its own back",
            ("s3:DeleteObject", bucket("thumbnails", f"{PHOTO}/1/640.webp")),
            ("s3:DeleteObject", bucket("thumbnails", f"{PHOTO}/1/640.webp", "dev")),
        ),
        (
            "lists a person's thumbnails",
            ("s3:ListBucket", bucket("thumbnails"), {"s3:prefix": f"{PHOTO}/"}),
            ("s3:ListBucket", bucket("thumbnails")),
        ),
        (
            "reaches nobody outside",
            ("dynamodb:UpdateItem", table("media")),
            ("sns:Publish", topic("uploads")),
        ),
    ],
    "follow-mail": [
        ("settles", ("dynamodb:UpdateItem", table("deliveries")), ("dynamodb:GetItem", table("deliveries"))),
        ("notes bounces", ("dynamodb:UpdateItem", table("subscribers")), ("dynamodb:GetItem", table("subscribers"))),
        (
            "sends nothing",
            ("dynamodb:UpdateItem", table("subscribers")),
            ("ses:SendRawEmail", sender(MAIL_FROM), OWN),
        ),
    ],
    "announce-posts": [
        ("puts the rest back", ("sqs:SendMessage", queue("announcements")), ("sqs:PurgeQueue", queue("announcements"))),
        ("reads subscribers", ("dynamodb:GetItem", table("subscribers")), ("dynamodb:Query", table("subscribers"))),
        (
            "pages through them",
            ("dynamodb:Query", index("subscribers", "confirmed")),
            ("dynamodb:Scan", index("subscribers", "confirmed")),
        ),
        ("knows how far it is", ("dynamodb:GetItem", table("deliveries")), ("dynamodb:PutItem", table("deliveries"))),
        ("claims", ("dynamodb:UpdateItem", table("deliveries")), ("dynamodb:UpdateItem", table("posts"))),
    ],
    "sweep-mail": [
        (
            "finds what is unsettled",
            ("dynamodb:Query", index("deliveries", "unsettled")),
            ("dynamodb:Query", table("deliveries")),
        ),
        ("settles", ("dynamodb:UpdateItem", table("deliveries")), ("dynamodb:DeleteItem", table("deliveries"))),
        ("reads messages", ("dynamodb:GetItem", table("messages")), ("dynamodb:UpdateItem", table("messages"))),
        ("reads subscribers", ("dynamodb:GetItem", table("subscribers")), ("dynamodb:GetItem", table("todos"))),
        ("tells the owner", ("sns:Publish", topic("owner")), ("sns:Publish", topic("alarms"))),
        ("tells of subscribers", ("sns:Publish", topic("new-subscriber")), ("sns:Publish", topic("mail-events"))),
        (
            "asks for strays",
            ("sqs:SendMessage", queue("thumbnail-jobs")),
            ("sqs:SendMessage", queue("announcements")),
        ),
        ("takes no job", ("sqs:GetQueueUrl", queue("thumbnail-jobs")), ("sqs:ReceiveMessage", queue("thumbnail-jobs"))),
    ],
}


def pairs() -> Iterator[Pair]:
    """Every pair, those that several functions share among them."""
    for function, rows in GRID.items():
        yield from (_pair(function, *row) for row in (*rows, *_shared(function)))
    yield from _with_a_network_and_a_key()
    yield from _not_found()


def _shared(function: str) -> Iterator[tuple[str, Ask, Ask]]:
    own = policies.lambda_name(function, STAGE)
    other = policies.lambda_name("tell-owner" if function != "tell-owner" else "sweep-mail", STAGE)
    yield "writes its own log", ("logs:PutLogEvents", log(own)), ("logs:PutLogEvents", log(other))
    yield "begins its own streams", ("logs:CreateLogStream", log(own)), ("logs:CreateLogStream", log(f"{own}-old"))
    yield "traces", ("xray:PutTraceSegments", "*"), ("xray:GetTraceSummaries", "*")
    yield "tells X-Ray how it goes", ("xray:PutTelemetryRecords", "*"), ("xray:CreateSamplingRule", "*")
    if function in STREAMS:
        followed = STREAMS[function]
        other_table = "todos" if followed != "todos" else "posts"
        for action in ("GetRecords", "GetShardIterator", "DescribeStream"):
            yield (
                f"follows {followed} by {action}",
                (f"dynamodb:{action}", stream(followed)),
                (f"dynamodb:{action}", stream(other_table)),
            )
        yield "finds its stream", ("dynamodb:ListStreams", "*"), ("dynamodb:ListTables", "*")
        yield (
            "puts failures aside",
            ("sqs:SendMessage", queue("stream-failures")),
            ("sqs:ReceiveMessage", queue("stream-failures")),
        )
    if function in QUEUES:
        worked = QUEUES[function]
        for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
            yield (
                f"works on {worked} by {action}",
                (f"sqs:{action}", queue(worked)),
                (f"sqs:{action}", queue(f"{worked}-failures")),
            )
    if function in SENDERS:
        for action in ("ses:SendRawEmail", "ses:SendEmail"):
            yield (
                f"{action} from the blog's address",
                (action, sender(MAIL_FROM), OWN),
                (action, sender(MAIL_FROM), {"ses:FromAddress": "ceo@example.com"}),
            )
            yield (
                f"{action} by its own configuration set",
                (action, configuration_set(), OWN),
                (action, configuration_set("dev"), OWN),
            )
        yield (
            "mails a recipient that the account has verified",
            ("ses:SendRawEmail", sender("reader@example.com"), OWN),
            ("ses:SendRawEmail", sender("reader@example.com"), {"ses:FromAddress": "reader@example.com"}),
        )
        yield (
            "mails by identities of its own region",
            ("ses:SendRawEmail", sender(MAIL_FROM), OWN),
            ("ses:SendRawEmail", sender(MAIL_FROM).replace(REGION, "us-east-1"), OWN),
        )


def _with_a_network_and_a_key() -> Iterator[Pair]:
    function = "empty-trash in a network with a key"
    source = {"lambda:SourceFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mytodolist-{STAGE}-empty-trash"}
    interface = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1"
    through = {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}
    for action, resource in (
        ("ec2:CreateNetworkInterface", interface),
        ("ec2:DeleteNetworkInterface", interface),
        ("ec2:AssignPrivateIpAddresses", interface),
        ("ec2:UnassignPrivateIpAddresses", interface),
        ("ec2:DescribeNetworkInterfaces", "*"),
        ("ec2:DescribeSubnets", "*"),
    ):
        yield _pair(function, f"{action} for it, not by its code", (action, resource), (action, resource, source))
    for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo"):
        yield _pair(
            function,
            f"kms:{action} through DynamoDB alone",
            (f"kms:{action}", KEY, through),
            (f"kms:{action}", KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}),
        )
    yield _pair(
        function,
        "uses its own key",
        ("kms:Decrypt", KEY, through),
        ("kms:Decrypt", KEY.replace("mrk-1", "mrk-2"), through),
    )


def _not_found() -> Iterator[Pair]:
    page, own = bucket("site", "404.html"), f"mytodolist-{STAGE}-not-found"
    read = ("s3:GetObject", page)
    for title, allowed, denied in (
        ("reads its page alone", read, ("s3:GetObject", bucket("site", "index.html"))),
        ("reads the page of its own stage", read, ("s3:GetObject", bucket("site", "404.html", "staging"))),
        ("reads the page and does not write it", read, ("s3:PutObject", page)),
        ("reads the page and lists nothing", read, ("s3:ListBucket", bucket("site"))),
        (
            "writes its own log",
            ("logs:PutLogEvents", log(own)),
            ("logs:PutLogEvents", log(policies.lambda_name("tell-owner", STAGE))),
        ),
        ("begins its own streams", ("logs:CreateLogStream", log(own)), ("logs:CreateLogStream", log(f"{own}-old"))),
    ):
        yield _pair("not-found", title, allowed, denied)


def _pair(function: str, title: str, allowed: Ask, denied: Ask) -> Pair:
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/mytodolist-{STAGE}-{function.partition(' ')[0]}/run"
    return Pair(function, title, Request(who, *allowed), Request(who, *denied))
