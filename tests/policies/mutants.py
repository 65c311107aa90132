"""Policies with a hole in them, each made the way a hasty change would make it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.templates.reading import ACCOUNT, STAGE

Policy = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """One hole in one document."""

    document: str
    name: str
    change: Callable[[Policy], None]


def _statement(policy: Policy, sid: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in policy["Statement"] if each.get("Sid") == sid)
    return found


def _allowing(policy: Policy) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in policy["Statement"] if each["Effect"] == "Allow")
    return found


def resource(sid: str, *path: tuple[str, str]) -> Callable[[Policy], None]:
    """Widen the statement's resource by replacing text in it."""

    def change(policy: Policy) -> None:
        statement = _statement(policy, sid)
        listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for before, after in path:
            assert any(before in each for each in listed), f"nothing to replace in {listed}"
            listed = [each.replace(before, after) for each in listed]
        statement["Resource"] = listed

    return change


def anything(sid: str) -> Callable[[Policy], None]:
    """Let the statement speak of everything."""
    return lambda policy: _statement(policy, sid).update(Resource="*")


def actions(sid: str, *more: str) -> Callable[[Policy], None]:
    """Give the statement other actions."""
    return lambda policy: _statement(policy, sid).update(Action=list(more))


def without_condition(sid: str) -> Callable[[Policy], None]:
    """Drop the statement's conditions."""

    def change(policy: Policy) -> None:
        del _statement(policy, sid)["Condition"]

    return change


def without(sid: str, operator: str) -> Callable[[Policy], None]:
    """Drop one of the statement's conditions."""

    def change(policy: Policy) -> None:
        del _statement(policy, sid)["Condition"][operator]

    return change


def without_statement(sid: str) -> Callable[[Policy], None]:
    """Drop the statement."""
    return lambda policy: policy["Statement"].remove(_statement(policy, sid))


def added(action: str, on: str = "*") -> Callable[[Policy], None]:
    """Add a statement."""
    return lambda policy: policy["Statement"].append({"Effect": "Allow", "Action": action, "Resource": on})


def allowing(key: str, value: Any) -> Callable[[Policy], None]:
    """Change the one statement that allows."""
    return lambda policy: _allowing(policy).update({key: value})


def forgetting(operator: str, key: str | None = None) -> Callable[[Policy], None]:
    """Drop a condition of the one statement that allows, or one of its keys."""

    def change(policy: Policy) -> None:
        conditions = _allowing(policy)["Condition"]
        if key is None or len(conditions[operator]) == 1:
            del conditions[operator]
        else:
            del conditions[operator][key]

    return change


def _prefix(value: str) -> Callable[[Policy], None]:
    def change(policy: Policy) -> None:
        _statement(policy, "OwnListing")["Condition"]["StringLike"]["s3:prefix"] = value

    return change


def _like(policy: Policy) -> None:
    condition = _statement(policy, "OwnRowsByState")["Condition"]
    del condition["ForAllValues:StringEquals"]
    condition["ForAllValues:StringLike"] = {"dynamodb:LeadingKeys": ["*#open", "*#done"]}


def _if_there(policy: Policy) -> None:
    condition = _statement(policy, "Mail")["Condition"]
    condition["StringEqualsIfExists"] = condition.pop("StringEquals")
    condition["StringEqualsIfExists"]["ses:FromAddress"] = ["blog@example.com", "ceo@example.com"]


SUB = "${aws:PrincipalTag/sub}"
SITE, LOGS = f"s3 mytodolist-{STAGE}-site-{ACCOUNT}", f"s3 mytodolist-{STAGE}-logs-{ACCOUNT}"
MEDIA, UPLOADS = f"s3 mytodolist-{STAGE}-media-{ACCOUNT}", f"sns mytodolist-{STAGE}-uploads"
JOBS, ALARMS, MAILS = (
    f"sqs mytodolist-{STAGE}-thumbnail-jobs",
    f"sns mytodolist-{STAGE}-alarms",
    f"sns mytodolist-{STAGE}-mail-events",
)
NOT_FOUND = f"lambda mytodolist-{STAGE}-not-found"
TRUST, BACKUP = f"trust mytodolist-{STAGE}-browser", f"trust mytodolist-{STAGE}-backup"
FENCED = "empty-trash in a network with a key"


MUTANTS = (
    Mutant("browser", "a folder for all", resource("OwnObjects", (f"{SUB}/*", "*"))),
    Mutant("browser", "a prefix without its slash", resource("OwnObjects", (f"{SUB}/*", f"{SUB}*"))),
    Mutant("browser", "any stage's bucket", resource("OwnObjects", (f"{STAGE}-media-{ACCOUNT}", "*"))),
    Mutant("browser", "any bucket", resource("OwnObjects", (f"mytodolist-{STAGE}-media-{ACCOUNT}", "*"))),
    Mutant("browser", "all of S3 on one's own objects", actions("OwnObjects", "s3:*")),
    Mutant("browser", "uploads for all", resource("OwnUploads", (f"{SUB}/", "*/"))),
    Mutant("browser", "uploads without their slash", resource("OwnUploads", (f"{SUB}/?", f"{SUB}*"))),
    Mutant("browser", "uploads by any name", resource("OwnUploads", ("?" * 26, "*"))),
    Mutant("browser", "uploads by longer names", resource("OwnUploads", ("?" * 26, "?" * 26 + "*"))),
    Mutant("browser", "uploads by shorter names", resource("OwnUploads", ("?" * 26, "?" * 25))),
    Mutant("browser", "uploads to any stage", resource("OwnUploads", (f"{STAGE}-media-{ACCOUNT}", "*"))),
    Mutant("browser", "uploads to any bucket", resource("OwnUploads", (f"mytodolist-{STAGE}-media-{ACCOUNT}", "*"))),
    Mutant("browser", "all of S3 on one's own uploads", actions("OwnUploads", "s3:*")),
    Mutant("browser", "everybody's thumbnails", resource("OwnThumbnails", (f"{SUB}/*", "*"))),
    Mutant("browser", "a listing of everything", without_condition("OwnListing")),
    Mutant("browser", "a listing of those who begin alike", _prefix(f"users/{SUB}*")),
    Mutant("browser", "a listing of all people", _prefix("users/*")),
    Mutant("browser", "rows without the Null guard", without("OwnRows", "Null")),
    Mutant("browser", "rows by creation without the Null guard", without("OwnRowsByCreation", "Null")),
    Mutant("browser", "states without the Null guard", without("OwnRowsByState", "Null")),
    Mutant("browser", "everybody's rows", without("OwnRows", "ForAllValues:StringEquals")),
    Mutant("browser", "everybody's states", _like),
    Mutant("browser", "writing rows past the API", actions("OwnRows", "dynamodb:*")),
    Mutant("browser", "rows of every table", resource("OwnRows", (f"{STAGE}-todos", "*"))),
    Mutant("browser", "the key for everything", without_condition("KeyOfTheTable")),
    Mutant(TRUST, "anybody's pool", forgetting("StringEquals")),
    Mutant(TRUST, "guests", forgetting("ForAnyValue:StringLike")),
    Mutant(TRUST, "any provider", lambda policy: _allowing(policy).update(Principal="*", Condition={})),
    Mutant("trust functions", "other services", allowing("Principal", {"Service": "ec2.amazonaws.com"})),
    Mutant(BACKUP, "another account's backups", forgetting("StringEquals")),
    Mutant(SITE, "anybody's distribution", without_condition("OurDistributionReads")),
    Mutant(
        SITE,
        "the public",
        lambda policy: _statement(policy, "OurDistributionReads").update(Principal="*", Condition={}),
    ),
    Mutant(SITE, "a distribution that writes", actions("OurDistributionReads", "s3:*")),
    Mutant(SITE, "a list for anybody's distribution", without_condition("OurDistributionLearnsWhatDoesNotExist")),
    Mutant(SITE, "a list of versions", actions("OurDistributionLearnsWhatDoesNotExist", "s3:List*")),
    Mutant("not-found", "every page", resource("ReadThePage", ("/404.html", "/*"))),
    Mutant("not-found", "every stage", resource("ReadThePage", (f"-{STAGE}-", "-*-"))),
    Mutant("not-found", "writing the page", actions("ReadThePage", "s3:*")),
    Mutant("not-found", "everybody's logs", resource("WriteTheLog", (f"mytodolist-{STAGE}-not-found:", "*:"))),
    Mutant(NOT_FOUND, "anybody's distribution", without("CloudFrontCallsUrl", "ArnLike")),
    Mutant(NOT_FOUND, "the function to anybody's distribution", without("CloudFrontCallsFunction", "ArnLike")),
    Mutant(NOT_FOUND, "unsigned requests", without("CloudFrontCallsUrl", "StringEquals")),
    Mutant(NOT_FOUND, "calls past the URL", without("CloudFrontCallsFunction", "Bool")),
    Mutant("trust NotFoundRole", "other services", allowing("Principal", {"Service": "edgelambda.amazonaws.com"})),
    Mutant(MEDIA, "plain HTTP", without_statement("TlsOnly")),
    Mutant(LOGS, "anybody's logs", without_condition("BucketsWrite")),
    Mutant(LOGS, "logs that are read", actions("BucketsWrite", "s3:*")),
    Mutant(LOGS, "logs on top of others", resource("SiteWrites", ("/site/*", "/*"))),
    Mutant(UPLOADS, "anybody's bucket", forgetting("ArnLike")),
    Mutant(UPLOADS, "anybody's account", forgetting("StringEquals")),
    Mutant(UPLOADS, "plain HTTP", without_statement("TlsOnly")),
    Mutant(MAILS, "anybody's SES", forgetting("StringEquals")),
    Mutant(ALARMS, "every stage's alarms", forgetting("ArnLike")),
    Mutant(JOBS, "anybody's topic", forgetting("ArnEquals")),
    Mutant(JOBS, "anybody at all", allowing("Principal", "*")),
    Mutant("api-handler", "every table", resource("Todos", ("-todos", "-*"))),
    Mutant("api-handler", "every stage", resource("Todos", (f"-{STAGE}-", "-*-"))),
    Mutant("api-handler", "stages that begin alike", resource("Photos", (f"-{STAGE}-", f"-{STAGE}*"))),
    Mutant("api-handler", "every index", resource("TodosByIndex", ("/index/by_due", "/index/*"))),
    Mutant("api-handler", "scans", actions("TodosByIndex", "dynamodb:Query", "dynamodb:Scan")),
    Mutant("api-handler", "all of DynamoDB", actions("Subscribers", "dynamodb:*")),
    Mutant("api-handler", "handing roles on", added("iam:PassRole")),
    Mutant("api-handler", "reading secrets", added("secretsmanager:GetSecretValue")),
    Mutant("api-handler", "everybody's logs", resource("OwnLog", (f"mytodolist-{STAGE}:", "*:"))),
    Mutant("publish-pages", "the whole site", resource("Pages", ("/blog/*", "/*"))),
    Mutant("publish-pages", "folders that begin alike", resource("Pages", ("/blog/*", "/blog*"))),
    Mutant("publish-pages", "originals", resource("Thumbnails", ("-thumbnails-", "-*-"))),
    Mutant("publish-pages", "opening pages to writers", actions("Pages", "s3:PutObject*", "s3:DeleteObject")),
    Mutant("publish-pages", "every stream", resource("Stream", ("-posts/", "-*/"))),
    Mutant("publish-pages", "reading failures", actions("RecordsThatFailed", "sqs:*")),
    Mutant("publish-pages", "every answer of the API", resource("StageCache", ("/GET/posts/*", "/*"))),
    Mutant("publish-pages", "answers that begin alike", resource("StageCache", ("/GET/posts/*", "/GET/posts*"))),
    Mutant("publish-pages", "every API", resource("StageCache", ("a1b2c3/api/GET/feed.atom", "*"))),
    Mutant("publish-pages", "every distribution", resource("Distribution", ("E1PROD", "*"))),
    Mutant("publish-pages", "changing CloudFront", actions("Distribution", "cloudfront:*")),
    Mutant("mail-subscribers", "any sender", without_condition("Mail")),
    Mutant("mail-subscribers", "any identity", anything("Mail")),
    Mutant("mail-subscribers", "any topic", resource("NewSubscriber", ("-new-subscriber", "-*"))),
    Mutant(
        "mail-subscribers", "changing subscribers", actions("Subscribers", "dynamodb:GetItem", "dynamodb:UpdateItem")
    ),
    Mutant("sweep-mail", "a second sender", _if_there),
    Mutant("announce-posts", "emptying queues", actions("TheRest", "sqs:*")),
    Mutant("follow-mail", "every queue", resource("Queue", ("-mail-event-jobs", "-*"))),
    Mutant("follow-photos", "reading originals", actions("Originals", "s3:*")),
    Mutant("follow-photos", "listing all thumbnails", without_condition("ThumbnailsOfAPhoto")),
    Mutant("make-thumbnails", "folders that begin alike", resource("Originals", ("/users/*", "/users*"))),
    Mutant("make-thumbnails", "every bucket", resource("Thumbnails", (f"{STAGE}-thumbnails-", "*"))),
    Mutant("tell-owner", "writing messages", actions("Messages", "dynamodb:GetItem", "dynamodb:PutItem")),
    Mutant("empty-trash", "deleting todos", resource("Photos", ("-media", "-*"))),
    Mutant(FENCED, "interfaces for its own code", without_statement("NotByItsOwnCode")),
    Mutant(FENCED, "the key for everything", without_condition("KeyOfTheTables")),
    Mutant(FENCED, "every key", resource("KeyOfTheTables", ("key/mrk-1", "key/*"))),
)
