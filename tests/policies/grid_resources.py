"""What buckets, topics, queues and roles take from others, and what they do not."""

from collections.abc import Iterator, Mapping

from infra.simulate import ANONYMOUS, Request
from tests.policies.documents import Pair, documents
from tests.policies.places import bucket, queue, topic
from tests.templates.reading import ACCOUNT, REGION, STAGE

OTHER_ACCOUNT = "999999999999"
OPERATOR = f"arn:aws:iam::{ACCOUNT}:user/operator"
STRANGER = f"arn:aws:iam::{OTHER_ACCOUNT}:user/stranger"
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/Distribution-id"

Context = Mapping[str, str]


def _from(arn: str | None = None, account: str | None = ACCOUNT, **more: str) -> Context:
    context = {"aws:SourceArn": arn, "aws:SourceAccount": account, **more}
    return {name: value for name, value in context.items() if value is not None}


def pairs() -> Iterator[Pair]:
    """Every pair."""
    yield from _over_tls_alone()
    yield from _site()
    yield from _not_found()
    yield from _logs()
    yield from _topics()
    yield from _queues()
    yield from _roles()


def _over_tls_alone() -> Iterator[Pair]:
    for name in documents():
        kind, _, rest = name.partition(" ")
        if kind not in ("s3", "sns", "sqs"):
            continue
        action, resource = {
            "s3": ("s3:GetObject", f"arn:aws:s3:::{rest}/key"),
            "sns": ("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:{rest}"),
            "sqs": ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{rest}"),
        }[kind]
        secure = Request(OPERATOR, action, resource, {"aws:SecureTransport": "true"})
        yield Pair(
            name, "takes TLS alone", secure, Request(OPERATOR, action, resource, {"aws:SecureTransport": "false"})
        )
        for who, title in ((ANONYMOUS, "is closed to the public"), (STRANGER, "is closed to other accounts")):
            yield Pair(name, title, secure, Request(who, action, resource, {"aws:SecureTransport": "true"}))


def _site() -> Iterator[Pair]:
    name, page = f"s3 mytodolist-{STAGE}-site-{ACCOUNT}", bucket("site", "blog/index.html")
    edge = "cloudfront.amazonaws.com"
    ours = Request(edge, "s3:GetObject", page, _from(DISTRIBUTION, None))
    for title, denied in (
        ("is read by our distribution", Request(edge, "s3:GetObject", page, _from(DISTRIBUTION[:-2] + "XX", None))),
        ("is read by one that says which it is", Request(edge, "s3:GetObject", page)),
        ("is read and not written", Request(edge, "s3:PutObject", page, _from(DISTRIBUTION, None))),
        ("is read, and its versions are not", Request(edge, "s3:GetObjectVersion", page, _from(DISTRIBUTION, None))),
        (
            "is read through CloudFront",
            Request("apigateway.amazonaws.com", "s3:GetObject", page, _from(DISTRIBUTION, None)),
        ),
    ):
        yield Pair(name, title, ours, denied)
    # S3 says 404 for what does not exist only to a caller who may list the bucket.
    site, another = bucket("site"), _from(DISTRIBUTION[:-2] + "XX", None)
    lists = Request(edge, "s3:ListBucket", site, _from(DISTRIBUTION, None))
    for title, denied in (
        ("is listed by our distribution", Request(edge, "s3:ListBucket", site, another)),
        (
            "is listed, and its versions are not",
            Request(edge, "s3:ListBucketVersions", site, _from(DISTRIBUTION, None)),
        ),
    ):
        yield Pair(name, title, lists, denied)


def _not_found() -> Iterator[Pair]:
    name, edge = f"lambda mytodolist-{STAGE}-not-found", "cloudfront.amazonaws.com"
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mytodolist-{STAGE}-not-found"
    url, invoke = "lambda:InvokeFunctionUrl", "lambda:InvokeFunction"
    by_iam, another = {"lambda:FunctionUrlAuthType": "AWS_IAM"}, DISTRIBUTION[:-2] + "XX"
    by_url = {"lambda:InvokedViaFunctionUrl": "true"}
    ours = Request(edge, url, function, _from(DISTRIBUTION, None, **by_iam))
    for title, denied in (
        ("is asked by our distribution", Request(edge, url, function, _from(another, None, **by_iam))),
        ("is asked by one that says which it is", Request(edge, url, function, by_iam)),
        (
            "is asked with a signature",
            Request(edge, url, function, _from(DISTRIBUTION, None, **{"lambda:FunctionUrlAuthType": "NONE"})),
        ),
        ("is closed to the public", Request(ANONYMOUS, url, function, _from(DISTRIBUTION, None, **by_iam))),
    ):
        yield Pair(name, title, ours, denied)
    called = Request(edge, invoke, function, _from(DISTRIBUTION, None, **by_url))
    for title, denied in (
        ("is called by our distribution", Request(edge, invoke, function, _from(another, None, **by_url))),
        (
            "is called by its URL",
            Request(edge, invoke, function, _from(DISTRIBUTION, None, **{"lambda:InvokedViaFunctionUrl": "false"})),
        ),
    ):
        yield Pair(name, title, called, denied)


def _logs() -> Iterator[Pair]:
    name, s3, delivery = (
        f"s3 mytodolist-{STAGE}-logs-{ACCOUNT}",
        "logging.s3.amazonaws.com",
        "delivery.logs.amazonaws.com",
    )
    for source in ("media", "thumbnails", "site"):
        line = bucket("logs", f"s3/{source}/2026-01-01")
        ours = Request(s3, "s3:PutObject", line, _from(bucket(source)))
        yield Pair(
            name, f"takes the log of {source}", ours, Request(s3, "s3:PutObject", line, _from(bucket(f"{source}s")))
        )
        other = Request(s3, "s3:PutObject", line, _from(bucket(source), OTHER_ACCOUNT))
        yield Pair(name, f"takes the log of {source} of this account", ours, other)
        yield Pair(name, f"lets the log of {source} be", ours, Request(s3, "s3:GetObject", line, _from(bucket(source))))
    line, acl = bucket("logs", "site/2026/01/01/1"), {"s3:x-amz-acl": "bucket-owner-full-control"}
    source = f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:mytodolist-{STAGE}-site"
    ours = Request(delivery, "s3:PutObject", line, _from(source, **acl))
    for title, denied in (
        ("takes the site's log", Request(delivery, "s3:PutObject", line, _from(f"{source}2", **acl))),
        (
            "takes the site's log of this account",
            Request(delivery, "s3:PutObject", line, _from(source, OTHER_ACCOUNT, **acl)),
        ),
        ("owns what it takes", Request(delivery, "s3:PutObject", line, _from(source))),
        ("keeps logs apart", Request(delivery, "s3:PutObject", bucket("logs", "s3/media/1"), _from(source, **acl))),
    ):
        yield Pair(name, title, ours, denied)


def _topics() -> Iterator[Pair]:
    uploads, s3 = topic("uploads"), "s3.amazonaws.com"
    ours = Request(s3, "sns:Publish", uploads, _from(bucket("media")))
    for title, denied in (
        ("hears of our photos", Request(s3, "sns:Publish", uploads, _from(bucket("media", stage="dev")))),
        ("hears of photos of this account", Request(s3, "sns:Publish", uploads, _from(bucket("media"), OTHER_ACCOUNT))),
        ("hears from a bucket it knows", Request(s3, "sns:Publish", uploads)),
        ("hears from S3", Request("events.amazonaws.com", "sns:Publish", uploads, _from(bucket("media")))),
        ("is followed by nobody new", Request(s3, "sns:Subscribe", uploads, _from(bucket("media")))),
    ):
        yield Pair(f"sns mytodolist-{STAGE}-uploads", title, ours, denied)
    mails, ses = topic("mail-events"), "ses.amazonaws.com"
    ours = Request(ses, "sns:Publish", mails, _from())
    for title, denied in (
        ("hears of our mails", Request(ses, "sns:Publish", mails, _from(account=OTHER_ACCOUNT))),
        ("hears from an account it knows", Request(ses, "sns:Publish", mails)),
        ("hears from SES", Request(s3, "sns:Publish", mails, _from())),
    ):
        yield Pair(f"sns mytodolist-{STAGE}-mail-events", title, ours, denied)
    alarms, watch = topic("alarms"), "cloudwatch.amazonaws.com"
    alarm = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:mytodolist-{STAGE}-api-errors"
    ours = Request(watch, "sns:Publish", alarms, _from(alarm))
    for title, denied in (
        ("hears our alarms", Request(watch, "sns:Publish", alarms, _from(alarm.replace(STAGE, "dev")))),
        ("hears alarms of this account", Request(watch, "sns:Publish", alarms, _from(alarm, OTHER_ACCOUNT))),
        ("hears CloudWatch", Request(ses, "sns:Publish", alarms, _from(alarm))),
    ):
        yield Pair(f"sns mytodolist-{STAGE}-alarms", title, ours, denied)


def _queues() -> Iterator[Pair]:
    sns = "sns.amazonaws.com"
    for name, fed_by, other in (("thumbnail-jobs", "uploads", "owner"), ("mail-event-jobs", "mail-events", "uploads")):
        arn = queue(name)
        ours = Request(sns, "sqs:SendMessage", arn, _from(topic(fed_by), None))
        for title, denied in (
            (f"is fed by {fed_by}", Request(sns, "sqs:SendMessage", arn, _from(topic(other), None))),
            (
                f"is fed by {fed_by} of its stage",
                Request(sns, "sqs:SendMessage", arn, _from(topic(fed_by, "dev"), None)),
            ),
            ("is fed by a topic it knows", Request(sns, "sqs:SendMessage", arn)),
            ("is fed and not read", Request(sns, "sqs:ReceiveMessage", arn, _from(topic(fed_by), None))),
            ("is fed by SNS", Request("s3.amazonaws.com", "sqs:SendMessage", arn, _from(topic(fed_by), None))),
        ):
            yield Pair(f"sqs mytodolist-{STAGE}-{name}", title, ours, denied)


def _roles() -> Iterator[Pair]:
    for document, service, context, other in (
        ("trust functions", "lambda.amazonaws.com", {}, Request("ec2.amazonaws.com", "sts:AssumeRole", _role("any"))),
        (
            f"trust mytodolist-{STAGE}-backup",
            "backup.amazonaws.com",
            _from(),
            Request("backup.amazonaws.com", "sts:AssumeRole", _role("any"), _from(account=OTHER_ACCOUNT)),
        ),
        (
            "trust NotFoundRole",
            "lambda.amazonaws.com",
            {},
            Request("edgelambda.amazonaws.com", "sts:AssumeRole", _role("any")),
        ),
        (
            "trust ApiLogsRole",
            "apigateway.amazonaws.com",
            {},
            Request("lambda.amazonaws.com", "sts:AssumeRole", _role("any")),
        ),
    ):
        yield Pair(document, f"is taken by {service}", Request(service, "sts:AssumeRole", _role("any"), context), other)
    own = Request("backup.amazonaws.com", "sts:AssumeRole", _role("any"), _from())
    lambda_ = Request("lambda.amazonaws.com", "sts:AssumeRole", _role("any"), _from())
    yield Pair(f"trust mytodolist-{STAGE}-backup", "is taken by no function", own, lambda_)


def _role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"
