"""Keys for signed-in users: who gets them, and what policies with variables let them do."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from engine_support import Aws, http, refused, unique
from people import Holder, IdentityPool, Pool, make_identity_pool, make_pool, reissued, trust

SUB = "${cognito-identity.amazonaws.com:sub}"
TAG = "${aws:PrincipalTag/sub}"


def own_prefix(bucket: str, variable: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ["s3:*Object"], "Resource": f"arn:aws:s3:::{bucket}/{variable}/*"}


def make_bucket(aws: Aws) -> str:
    bucket = unique("uploads")
    aws.client("s3").create_bucket(Bucket=bucket)
    return bucket


def put(who: Aws, bucket: str, key: str) -> Callable[[], Any]:
    return lambda: who.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")


@pytest.fixture
def pool(aws: Aws) -> Pool:
    pool = make_pool(aws)
    for name in ("ann", "bob"):
        pool.add(name)
    return pool


def two_holders(identity_pool: IdentityPool) -> tuple[Holder, Holder]:
    return identity_pool.holder("ann"), identity_pool.holder("bob")


def test_a_user_writes_below_the_own_identity_only(pool: Pool) -> None:
    # Given a policy on the caller's own prefix
    bucket = make_bucket(pool.aws)
    listing = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}",
        "Condition": {"StringLike": {"s3:prefix": [f"{SUB}/*"]}},
    }
    ann, bob = two_holders(make_identity_pool(pool, [own_prefix(bucket, SUB), listing]))
    # When a user writes and lists
    put(ann.aws, bucket, f"{ann.identity}/a.png")()
    ann.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{ann.identity}/")
    # Then only the own prefix is open: not another's, a look-alike, the root or the variable's own text
    for key in (f"{bob.identity}/a.png", f"{ann.identity}x/a.png", "a.png", f"{SUB}/a.png", f"x/{ann.identity}/a.png"):
        assert refused(put(ann.aws, bucket, key)) == "AccessDenied"
    for prefix in (f"{bob.identity}/", "", f"{SUB}/", ann.identity):
        listed = lambda prefix=prefix: ann.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)  # noqa: E731
        assert refused(listed) == "AccessDenied"


def test_principal_tags_come_from_the_token(pool: Pool) -> None:
    bucket = make_bucket(pool.aws)
    ann, bob = two_holders(make_identity_pool(pool, [own_prefix(bucket, TAG)], tags={"sub": "sub"}))
    put(ann.aws, bucket, f"{ann.sub}/a.png")()
    for key in (f"{bob.sub}/a.png", f"{ann.identity}/a.png", f"{TAG}/a.png"):
        assert refused(put(ann.aws, bucket, key)) == "AccessDenied"


def test_default_principal_tags_are_username_and_client(pool: Pool) -> None:
    bucket = make_bucket(pool.aws)
    identity_pool = make_identity_pool(
        pool, [own_prefix(bucket, "${aws:PrincipalTag/username}/${aws:PrincipalTag/client}")]
    )
    pool.aws.client("cognito-identity").set_principal_tag_attribute_map(
        IdentityPoolId=identity_pool.id, IdentityProviderName=pool.provider, UseDefaults=True
    )
    ann = identity_pool.holder("ann")
    put(ann.aws, bucket, f"{ann.sub}/{pool.client}/a.png")()
    assert refused(put(ann.aws, bucket, f"{ann.sub}/other/a.png")) == "AccessDenied"


@pytest.mark.parametrize(
    "key", ["/a.png", "${aws:PrincipalTag/missing}/a.png", "\ue003/a.png", "null/a.png", "None/a.png"]
)
def test_an_unknown_variable_matches_nothing(pool: Pool, key: str) -> None:
    bucket = make_bucket(pool.aws)
    both = [own_prefix(bucket, "${aws:PrincipalTag/missing}"), own_prefix(bucket, "known")]
    ann = make_identity_pool(pool, both).holder("ann")
    put(ann.aws, bucket, "known/a.png")()
    assert refused(put(ann.aws, bucket, key)) == "AccessDenied"


def test_an_unknown_variable_never_widens_a_not_resource(pool: Pool) -> None:
    bucket = make_bucket(pool.aws)
    everything_but = {
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "NotResource": f"arn:aws:s3:::{bucket}/${{aws:PrincipalTag/missing}}/*",
    }
    ann = make_identity_pool(pool, [everything_but]).holder("ann")
    assert refused(put(ann.aws, bucket, "a.png")) == "AccessDenied"


def test_defaults_and_escaped_wildcards(pool: Pool) -> None:
    bucket = make_bucket(pool.aws)
    ann = make_identity_pool(
        pool, [own_prefix(bucket, "${aws:PrincipalTag/team, 'none'}"), own_prefix(bucket, "star${*}")]
    ).holder("ann")
    put(ann.aws, bucket, "none/a.png")()
    put(ann.aws, bucket, "star*/a.png")()
    assert refused(put(ann.aws, bucket, "starred/a.png")) == "AccessDenied"


def test_a_value_s_own_wildcards_stay_characters(pool: Pool) -> None:
    # Given a tag whose value is a star
    pool.aws.client("cognito-idp").admin_update_user_attributes(
        UserPoolId=pool.id, Username="ann", UserAttributes=[{"Name": "nickname", "Value": "*"}]
    )
    bucket = make_bucket(pool.aws)
    policy = [own_prefix(bucket, "${aws:PrincipalTag/nick}")]
    ann = make_identity_pool(pool, policy, tags={"nick": "nickname"}).holder("ann")
    # Then it opens the prefix called star, and no other
    put(ann.aws, bucket, "*/a.png")()
    assert refused(put(ann.aws, bucket, "bob/a.png")) == "AccessDenied"


def test_variables_in_exact_conditions(pool: Pool) -> None:
    table = unique("table")
    pool.aws.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "owner", "Value": "ann-tag"}],
    )
    pool.aws.client("cognito-idp").admin_update_user_attributes(
        UserPoolId=pool.id, Username="ann", UserAttributes=[{"Name": "nickname", "Value": "ann-tag"}]
    )
    owned = {"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/nick}"}}
    statement = {"Effect": "Allow", "Action": "dynamodb:DescribeTable", "Resource": "*", "Condition": owned}
    ann, bob = two_holders(make_identity_pool(pool, [statement], tags={"nick": "nickname"}))
    assert ann.aws.client("dynamodb").describe_table(TableName=table)["Table"]["TableName"] == table
    assert refused(lambda: bob.aws.client("dynamodb").describe_table(TableName=table)) == "AccessDeniedException"


def test_documents_older_than_variables_take_them_literally(pool: Pool) -> None:
    bucket = make_bucket(pool.aws)
    identity_pool = make_identity_pool(pool, [own_prefix(bucket, SUB)])
    role = pool.aws.client("cognito-identity").get_identity_pool_roles(IdentityPoolId=identity_pool.id)["Roles"]
    old = json.dumps({"Version": "2008-10-17", "Statement": [own_prefix(bucket, SUB)]})
    name = role["authenticated"].rpartition("/")[2]
    pool.aws.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=old)
    ann = identity_pool.holder("ann")
    assert refused(put(ann.aws, bucket, f"{ann.identity}/a.png")) == "AccessDenied"
    put(ann.aws, bucket, f"{SUB}/a.png")()


def test_a_presigned_url_carries_the_users_rights(pool: Pool) -> None:
    bucket = make_bucket(pool.aws)
    ann, bob = two_holders(make_identity_pool(pool, [own_prefix(bucket, SUB)]))

    def url(key: str) -> str:
        return str(ann.aws.client("s3").generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": key}))

    assert http("PUT", url(f"{ann.identity}/a"), body=b"x").status == 200
    assert http("PUT", url(f"{bob.identity}/a"), body=b"x").status == 403


def test_no_guests_where_the_pool_forbids_them(pool: Pool) -> None:
    identity_pool = make_identity_pool(pool, [])
    ann = identity_pool.holder("ann")
    public = pool.aws.unsigned("cognito-identity")
    assert refused(lambda: public.get_id(IdentityPoolId=identity_pool.id)) == "NotAuthorizedException"
    assert refused(lambda: identity_pool.keys(ann.identity, None)) == "NotAuthorizedException"


def test_guests_where_the_pool_allows_them_get_the_guests_role(pool: Pool) -> None:
    bucket = make_bucket(pool.aws)
    identity_pool = make_identity_pool(pool, [own_prefix(bucket, SUB)], guests=True, trust_policy=trust("later"))
    public = pool.aws.unsigned("cognito-identity")
    guest = public.get_id(IdentityPoolId=identity_pool.id)["IdentityId"]
    # The role trusts signed-in users of another pool: no keys.
    assert refused(lambda: identity_pool.keys(guest, None)) == "InvalidIdentityPoolConfigurationException"
    role = pool.aws.client("cognito-identity").get_identity_pool_roles(IdentityPoolId=identity_pool.id)["Roles"]
    pool.aws.client("iam").update_assume_role_policy(
        RoleName=role["unauthenticated"].rpartition("/")[2],
        PolicyDocument=json.dumps(trust(identity_pool.id, "unauthenticated")),
    )
    put(Aws(pool.aws.engine, identity_pool.keys(guest, None)), bucket, f"{guest}/a")()
    # A role for guests is none for signed-in users.
    assert refused(lambda: identity_pool.holder("ann")) == "InvalidIdentityPoolConfigurationException"


def test_nobody_gets_keys_for_a_foreign_or_unknown_identity(pool: Pool) -> None:
    identity_pool = make_identity_pool(pool, [])
    ann, bob = two_holders(identity_pool)
    unknown = "us-east-1:00000000-0000-4000-8000-000000000000"
    assert refused(lambda: identity_pool.keys(ann.identity, bob.token)) == "NotAuthorizedException"
    assert refused(lambda: identity_pool.keys(unknown, ann.token)) == "ResourceNotFoundException"
    assert refused(lambda: identity_pool.keys(unknown, None)) == "ResourceNotFoundException"


def test_no_identity_and_no_keys_for_a_token_that_is_not_the_pools_own(pool: Pool) -> None:
    # Given a user's tokens, and tokens of another pool and another client
    identity_pool = make_identity_pool(pool, [])
    tokens = pool.sign_in("ann")
    ann = identity_pool.holder("ann")
    other_pool = make_pool(pool.aws)
    other_pool.add("ann")
    admin = pool.aws.client("cognito-idp")
    other_client = admin.create_user_pool_client(
        UserPoolId=pool.id, ClientName="other", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    bad = {
        "other pool": other_pool.sign_in("ann")["IdToken"],
        "other client": Pool(pool.aws, pool.id, other_client).sign_in("ann")["IdToken"],
        "access token": tokens["AccessToken"],
        "refresh token": tokens["RefreshToken"],
        "forged": reissued(ann.token, {}),
        "expired": reissued(ann.token, {"exp": int(time.time()) - 3600}, key=pool.signing_key()),
        "unsigned": reissued(ann.token, {}, header={"alg": "none"}).rpartition(".")[0] + ".",
        "cut": ann.token[:-8],
        "rubbish": "abc",
    }
    # When each is presented
    outcomes = {name: refused(lambda token=token: identity_pool.identity(token)) for name, token in bad.items()}
    keys = {name: refused(lambda token=token: identity_pool.keys(ann.identity, token)) for name, token in bad.items()}
    # Then all are refused, and the right one is not
    assert set(outcomes.values()) == set(keys.values()) == {"NotAuthorizedException"}
    assert identity_pool.keys(ann.identity, ann.token)
    assert identity_pool.keys(ann.identity, reissued(ann.token, {}, key=pool.signing_key()))


def test_server_side_checks_end_with_a_global_sign_out(pool: Pool) -> None:
    strict, loose = (make_identity_pool(pool, [], server_side_check=check) for check in (True, False))
    tokens = pool.sign_in("ann")
    identity = strict.identity(tokens["IdToken"])
    assert strict.keys(identity, tokens["IdToken"])
    pool.aws.unsigned("cognito-idp").global_sign_out(AccessToken=tokens["AccessToken"])
    assert refused(lambda: strict.keys(identity, tokens["IdToken"])) == "NotAuthorizedException"
    assert loose.identity(tokens["IdToken"])
    # And for a user who is disabled
    again = pool.sign_in("ann")["IdToken"]
    assert strict.keys(identity, again)
    pool.aws.client("cognito-idp").admin_disable_user(UserPoolId=pool.id, Username="ann")
    assert refused(lambda: strict.keys(identity, again)) == "NotAuthorizedException"


@pytest.mark.parametrize(
    ("policy", "tags"),
    [
        (lambda _: trust("us-east-1:another-pool"), None),
        (lambda pool: trust(pool, "unauthenticated"), None),
        (lambda pool: trust(pool, tag=False), {"sub": "sub"}),
        (
            lambda pool: {
                "Version": "2012-10-17",
                "Statement": [*trust(pool)["Statement"], {**trust(pool)["Statement"][0], "Effect": "Deny"}],
            },
            None,
        ),
        (lambda _: {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"},
                                                           "Action": "sts:*"}}, None),
    ],
    ids=["aud", "amr", "tag-session", "deny", "principal"],
)  # fmt: skip
def test_the_roles_trust_policy_decides(
    pool: Pool, policy: Callable[[str], dict[str, Any]], tags: dict[str, str] | None
) -> None:
    identity_pool = make_identity_pool(pool, [], tags=tags)
    assert identity_pool.holder("ann")
    role = pool.aws.client("cognito-identity").get_identity_pool_roles(IdentityPoolId=identity_pool.id)["Roles"]
    name = role["authenticated"].rpartition("/")[2]
    document = json.dumps(policy(identity_pool.id))
    pool.aws.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=document)
    assert refused(lambda: identity_pool.holder("ann")) == "InvalidIdentityPoolConfigurationException"


def test_a_pool_without_roles_gives_no_keys(pool: Pool) -> None:
    identity_pool = make_identity_pool(pool, [])
    pool.aws.client("cognito-identity").set_identity_pool_roles(IdentityPoolId=identity_pool.id, Roles={})
    assert refused(lambda: identity_pool.holder("ann")) == "InvalidIdentityPoolConfigurationException"


def test_the_classic_flow_is_closed_unless_the_pool_opens_it(pool: Pool) -> None:
    # Given an identity in a pool as it is made
    identity_pool = make_identity_pool(pool, [])
    ann = identity_pool.holder("ann")
    public = pool.aws.unsigned("cognito-identity")
    logins = {pool.provider: ann.token}

    def open_id(identity: str = ann.identity) -> str:
        return str(public.get_open_id_token(IdentityId=identity, Logins=logins)["Token"])

    assert refused(open_id) == "InvalidParameterException"
    assert refused(lambda: open_id("us-east-1:unknown")) == "ResourceNotFoundException"
    # When the pool allows the classic flow
    admin = pool.aws.client("cognito-identity")
    description = admin.describe_identity_pool(IdentityPoolId=identity_pool.id)
    kept = {name: description[name] for name in ("IdentityPoolName", "CognitoIdentityProviders")}
    admin.update_identity_pool(
        IdentityPoolId=identity_pool.id, AllowUnauthenticatedIdentities=False, AllowClassicFlow=True, **kept
    )
    role = admin.get_identity_pool_roles(IdentityPoolId=identity_pool.id)["Roles"]["authenticated"]

    def assume(token: str) -> str:
        answer = pool.aws.unsigned("sts").assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="session", WebIdentityToken=token
        )
        return str(answer["Credentials"]["AccessKeyId"])

    # Then its token opens the role, and a token nobody signed does not
    token = open_id()
    assert assume(token)
    assert refused(lambda: assume(reissued(token, {}))) == "InvalidIdentityToken"
    assert refused(lambda: assume(reissued(token, {"exp": 1}))) == "InvalidIdentityToken"
    assert refused(lambda: assume("rubbish")) == "InvalidIdentityToken"
