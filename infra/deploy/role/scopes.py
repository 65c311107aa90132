"""The ARNs that belong to a stage, by service. Where AWS makes up identifiers, all of a kind stand for the stage's own.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping

from infra.deploy.stage import API_STAGE, APP, Stage


class ScopeError(Exception):
    """No ARNs are known for a service; the message says where to write them."""


def resources(service: str, stage: Stage, account: str, partition: str = "aws") -> list[str]:
    """The ARNs of a stage in a service.

    Raises:
        ScopeError: there are none for this service yet.
    """
    try:
        shapes = _SHAPES[service]
    except KeyError as missing:
        raise ScopeError(f"infra/deploy/role/scopes.py lacks the ARNs of {service} that are a stage's.") from missing
    names = {
        "stage": stage.name,
        "account": account,
        "partition": partition,
        "app": APP,
        "api": API_STAGE,
        "zone": stage.hosted_zone_id or "none",
    }
    own_key = [stage.kms_key_arn] if service == "kms" and stage.kms_key_arn else None
    return own_key or [f"arn:{{partition}}:{shape}".format(**names) for shape in shapes]


def role_arn(stage: Stage, account: str, partition: str = "aws") -> str:
    """Every role of a stage."""
    return f"arn:{partition}:iam::{account}:role/{APP}-{stage.name}-*"


def boundary_arn(stage: Stage, account: str, partition: str = "aws") -> str:
    """The boundary of a stage's roles."""
    return f"arn:{partition}:iam::{account}:policy/{stage.boundary_name}"


def _named(before: str, after: str = "") -> tuple[str, str]:
    """What is called by the stage's name, or by a name that begins with it and a hyphen."""
    return f"{before}{{app}}-{{stage}}{after}", f"{before}{{app}}-{{stage}}-*{after}"


_SHAPES: Mapping[str, tuple[str, ...]] = {
    "acm": ("acm:*:{account}:certificate/*",),
    # An API's identifier is made up; usage plans, keys and the account's setting have no name in their ARNs.
    "apigateway": (
        *("apigateway:*::/restapis", "apigateway:*::/restapis/*", "apigateway:*::/tags/*", "apigateway:*::/account"),
        *("apigateway:*::/usageplans", "apigateway:*::/usageplans/*"),
        *("apigateway:*::/apikeys", "apigateway:*::/apikeys/*"),
    ),
    "backup": (*_named("backup:*:{account}:backup-vault:"), "backup:*:{account}:backup-plan:*"),
    "budgets": _named("budgets::{account}:budget/"),
    # Their identifiers are made up.
    "ce": ("ce::{account}:anomalysubscription/*", "ce::{account}:anomalymonitor/*"),
    "cloudformation": (
        *_named("cloudformation:*:{account}:stack/", "/*"),
        "cloudformation:*:aws:transform/*",
    ),
    "cloudfront": tuple(
        f"cloudfront::{{account}}:{kind}/*"
        for kind in ("cache-policy", "distribution", "origin-access-control", "response-headers-policy")
    )
    + _named("cloudfront::{account}:function/"),
    "cloudwatch": (*_named("cloudwatch:*:{account}:alarm:"), *_named("cloudwatch::{account}:dashboard/")),
    "codedeploy": (
        *_named("codedeploy:*:{account}:application:"),
        "codedeploy:*:{account}:deploymentgroup:{app}-{stage}-*/*",
        "codedeploy:*:{account}:deploymentconfig:*",
    ),
    "cognito-identity": ("cognito-identity:*:{account}:identitypool/*",),
    "cognito-idp": ("cognito-idp:*:{account}:userpool/*",),
    "dax": ("dax:*:{account}:cache/todo-{stage}", "dax:*:{account}:cache/todo-{stage}-*"),
    "dynamodb": ("dynamodb:*:{account}:table/{app}-{stage}-*",),
    "ec2": ("ec2:*:{account}:*",),
    "events": _named("events:*:{account}:rule/"),
    "execute-api": ("execute-api:*:{account}:*/{api}/GET/internal/health",),
    "iam": ("iam::{account}:role/{app}-{stage}-*", "iam::{account}:policy/{app}-{stage}-*"),
    "kms": ("kms:*:{account}:key/*",),
    "lambda": (
        *_named("lambda:*:{account}:function:"),
        "lambda:*:{account}:function:{app}-{stage}:*",
        "lambda:*:{account}:event-source-mapping:*",
    ),
    "logs": (
        *_named("logs:*:{account}:log-group:/aws/lambda/"),
        *_named("logs:*:{account}:log-group:/aws/apigateway/"),
        *_named("logs:*:{account}:log-group:aws-waf-logs-"),
        # A group's streams are named after a colon.
        "logs:*:{account}:log-group:*{app}-{stage}:*",
        "logs:*:{account}:log-group:API-Gateway-Execution-Logs_*",
        *_named("logs:*:{account}:delivery-source:"),
        *_named("logs:*:{account}:delivery-destination:"),
        "logs:*:{account}:delivery:*",
    ),
    "route53": ("route53:::hostedzone/{zone}", "route53:::change/*"),
    "s3": ("s3:::{app}-{stage}-*",),
    "secretsmanager": ("secretsmanager:*:{account}:secret:{app}-{stage}-*",),
    "servicequotas": ("servicequotas:*:{account}:*/*",),
    "ses": (*_named("ses:*:{account}:configuration-set/"), "ses:*:{account}:identity/*"),
    "sns": _named("sns:*:{account}:"),
    "sqs": _named("sqs:*:{account}:"),
    "ssm": ("ssm:*:{account}:parameter/{app}/{stage}/*",),
    "wafv2": (
        *_named("wafv2:*:{account}:*/webacl/", "/*"),
        "wafv2:*:{account}:*/managedruleset/*",
        "apigateway:*::/restapis/*/stages/{api}",
    ),
    "xray": (*_named("xray:*:{account}:group/", "/*"), *_named("xray:*:{account}:sampling-rule/")),
}
