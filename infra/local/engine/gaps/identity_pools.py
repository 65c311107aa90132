"""Identity pools give keys to whom the pool and the role's trust policy allow, and to nobody else.

AWS: no guests where the pool forbids them; an identity's keys only for a valid token of its own; with
`ServerSideTokenCheck` not after a global sign-out; the role only if its trust policy accepts the pool (`aud`) and
the kind of sign-in (`amr`), and `sts:TagSession` too when the pool maps claims to principal tags; the classic
flow only where the pool allows it.
https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html
https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
https://docs.aws.amazon.com/cognito/latest/developerguide/using-afac-with-cognito-identity-pools.html

The emulator: checks the token where there is one, and none of the rest; the keys carry neither the pool's
condition keys nor tags; a web identity token is not verified at all.

Here: all of the above, and `cognito-identity.amazonaws.com:{sub,aud,amr}` and `aws:PrincipalTag/...` in policies.
"""

import functools
import json
import time
from typing import Any

from ministack.core import iam_evaluator as evaluator
from ministack.services import cognito, iam, sts

TARGETS = (
    "ministack.core.iam_evaluator:EvalContext",
    "ministack.core.iam_evaluator:_action_matches(request_action, actions, not_actions)",
    "ministack.core.iam_evaluator:_conditions_met(conditions, ctx)",
    "ministack.core.iam_evaluator:_principal_keys(credential)",
    "ministack.services.cognito:_get_credentials_for_identity(data)",
    "ministack.services.cognito:_get_id(data)",
    "ministack.services.cognito:_get_open_id_token(data)",
    "ministack.services.cognito:_identity_login_fields(logins)",
    "ministack.services.cognito:_identity_logins_error(pool, identity_id, logins)",
    "ministack.services.cognito:_identity_pools",
    "ministack.services.cognito:_revoked_tokens",
    "ministack.services.cognito:_signature_valid(token)",
    "ministack.services.cognito:_token_claims(token)",
    "ministack.services.cognito:_get_pool_unscoped(pool_id)",
    "ministack.services.iam:_roles",
    "ministack.services.sts:_principal_keys",
    "ministack.services.sts:_sessions",
    "ministack.services.sts:_web_identity_trust_denied(role_arn, params, use_json)",
)
_PROVIDER = "cognito-identity.amazonaws.com"
_DEFAULT_TAGS = {"username": "sub", "client": "aud"}


def apply() -> None:
    cognito._get_id = _guarded_get_id(cognito._get_id)
    cognito._get_credentials_for_identity = _guarded_credentials(cognito._get_credentials_for_identity)
    cognito._get_open_id_token = _guarded_open_id_token(cognito._get_open_id_token)
    cognito._identity_logins_error = _checked_logins(cognito._identity_logins_error)
    evaluator._principal_keys = sts._principal_keys = _with_identity_keys(evaluator._principal_keys)
    sts._web_identity_trust_denied = _verified_web_identity(sts._web_identity_trust_denied)


def _refuse(message: str, code: str = "NotAuthorizedException") -> Any:
    return cognito.error_response_json(code, message, 400)


def _guest_refused(pool: dict[str, Any], logins: Any) -> Any:
    if logins or pool.get("AllowUnauthenticatedIdentities"):
        return None
    return _refuse("Unauthenticated access is not supported for this identity pool.")


def _pool_of(identity_id: Any) -> dict[str, Any] | None:
    pools = (pool for pool in cognito._identity_pools.values() if identity_id in pool["_identities"])
    return next(pools, None)


def _unknown(identity_id: Any) -> Any:
    return _refuse(f"Identity '{identity_id}' not found.", "ResourceNotFoundException")


def _guarded_get_id(original: Any) -> Any:
    @functools.wraps(original)
    def get_id(data: dict[str, Any]) -> Any:
        pool = cognito._identity_pools.get(data.get("IdentityPoolId"))
        return (_guest_refused(pool, data.get("Logins")) if pool else None) or original(data)

    return get_id


def _guarded_credentials(original: Any) -> Any:
    @functools.wraps(original)
    def get_credentials(data: dict[str, Any]) -> Any:
        pool, logins = _pool_of(data.get("IdentityId")), data.get("Logins") or {}
        if pool is None:
            return _unknown(data.get("IdentityId"))
        refusal = _guest_refused(pool, logins) or cognito._identity_logins_error(pool, data["IdentityId"], logins)
        if refusal:
            return refusal
        tags = _tags(pool, logins)
        if not _role_trusts(pool, data["IdentityId"], logins, tags):
            message = "Invalid identity pool configuration. Check assigned IAM roles for this pool."
            return _refuse(message, "InvalidIdentityPoolConfigurationException")
        response = original(data)
        key = json.loads(response[2])["Credentials"]["AccessKeyId"]
        sts._sessions[key]["SessionTags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
        return response

    return get_credentials


def _guarded_open_id_token(original: Any) -> Any:
    @functools.wraps(original)
    def get_open_id_token(data: dict[str, Any]) -> Any:
        pool = _pool_of(data.get("IdentityId"))
        if pool is None:
            return _unknown(data.get("IdentityId"))
        if not pool.get("AllowClassicFlow"):
            message = "Basic (classic) flow is not enabled, please use enhanced flow."
            return _refuse(message, "InvalidParameterException")
        return _guest_refused(pool, data.get("Logins")) or original(data)

    return get_open_id_token


def _checked_logins(original: Any) -> Any:
    @functools.wraps(original)
    def logins_error(pool: dict[str, Any], identity_id: str | None, logins: dict[str, Any]) -> Any:
        refusal = original(pool, identity_id, logins)
        if refusal:
            return refusal
        for provider in pool.get("CognitoIdentityProviders") or []:
            token = logins.get(provider.get("ProviderName"))
            if token and _is_true(provider.get("ServerSideTokenCheck")) and not _still_signed_in(token):
                return _refuse("Invalid login token. Token is revoked or its user is gone.")
        return None

    return logins_error


def _still_signed_in(token: str) -> bool:
    claims = cognito._token_claims(token)
    pool = cognito._get_pool_unscoped(str(claims.get("iss", "")).rpartition("/")[2]) or {"_users": {}}
    user = pool["_users"].get(claims.get("cognito:username"))
    return bool(user and user.get("Enabled", True)) and claims.get("origin_jti") not in cognito._revoked_tokens


def _tags(pool: dict[str, Any], logins: dict[str, str]) -> dict[str, str]:
    """The principal tags the pool makes from the tokens' claims."""
    tags: dict[str, str] = {}
    for provider, token in logins.items():
        mapping = pool.get("_principal_tags", {}).get(provider)
        if mapping:
            wanted = _DEFAULT_TAGS if _is_true(mapping.get("UseDefaults")) else mapping.get("PrincipalTags") or {}
            claims = cognito._token_claims(token)
            tags |= {tag: str(claims[claim]) for tag, claim in wanted.items() if claim in claims}
    return tags


def _role_trusts(pool: dict[str, Any], identity_id: str, logins: dict[str, str], tags: dict[str, str]) -> bool:
    arn = pool.get("_roles", {}).get("authenticated" if logins else "unauthenticated", "")
    role = iam._roles.get(arn.rpartition("/")[2]) if arn else None
    if role is None:
        return False
    keys = {
        f"{_PROVIDER}:sub": identity_id,
        f"{_PROVIDER}:aud": pool["IdentityPoolId"],
        f"{_PROVIDER}:amr": cognito._identity_login_fields(logins)[0],
    }
    needed = ["sts:AssumeRoleWithWebIdentity", *(["sts:TagSession"] if tags else [])]
    return all(_trusts(role["AssumeRolePolicyDocument"], action, arn, keys, tags) for action in needed)


def _trusts(document: Any, action: str, arn: str, keys: dict[str, Any], tags: dict[str, str]) -> bool:
    parsed = json.loads(document) if isinstance(document, str) else document
    context = evaluator.EvalContext(
        principal_arn=_PROVIDER, principal_type="WebIdentityUser", principal_account=arn.split(":")[4], action=action,
        resource_arn=arn, region="", service_context=keys, request_tags=tags, tag_keys=list(tags),
    )  # fmt: skip
    allowed = False
    for statement in _list(parsed.get("Statement")):
        principal = statement.get("Principal")
        named = principal == "*" or (isinstance(principal, dict) and _PROVIDER in _list(principal.get("Federated")))
        actions = _list(statement.get("Action")), _list(statement.get("NotAction"))
        met = evaluator._conditions_met(statement.get("Condition", {}), context)
        if named and evaluator._action_matches(action, *actions) and met:
            if statement.get("Effect") == "Deny":
                return False
            allowed = True
    return allowed


def _with_identity_keys(original: Any) -> Any:
    @functools.wraps(original)
    def principal_keys(credential: Any) -> dict[str, Any]:
        keys: dict[str, Any] = original(credential)
        session = sts._sessions.get(credential.access_key_id) or {}
        if session.get("_identity_id"):
            keys[f"{_PROVIDER}:sub"] = session["_identity_id"]
            keys[f"{_PROVIDER}:aud"] = session["_identity_pool_id"]
            keys[f"{_PROVIDER}:amr"] = session["_cognito_amr"]
        return keys

    return principal_keys


def _verified_web_identity(original: Any) -> Any:
    @functools.wraps(original)
    def trust_denied(role_arn: str, params: dict[str, Any], use_json: bool) -> Any:  # noqa: FBT001 - its signature
        token = sts._p(params, "WebIdentityToken")
        claims = cognito._token_claims(token)
        expires = claims.get("exp")
        if not claims or not cognito._signature_valid(token):
            return sts._error(400, "InvalidIdentityToken", "Couldn't verify the token's signature", ns="sts")
        if not isinstance(expires, int | float) or time.time() >= expires:
            return sts._error(400, "ExpiredTokenException", "Token expired", ns="sts")
        return original(role_arn, params, use_json)

    return trust_denied


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_true(value: Any) -> bool:
    return value in (True, "true")
