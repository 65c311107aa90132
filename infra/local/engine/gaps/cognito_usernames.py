"""User names and addresses are compared without case where the pool says so.

AWS: with `CaseSensitive: false`, a user name or an e-mail alias in another case is the same user, in every operation
that names a user; a sign-up with another case of a name that exists is refused. Without the setting, case matters.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-case-sensitivity.html

The emulator: keeps the setting, and compares exactly.

Here: a name is replaced by the spelling that a user of the pool is stored under. An exact match comes first, so that
users that differ by case alone stay two users.
"""

import functools
from collections.abc import Iterator
from typing import Any

from ministack.services import cognito

TARGETS = (
    "ministack.services.cognito:_admin_create_user(data)",
    "ministack.services.cognito:_attr_list_to_dict(attrs)",
    "ministack.services.cognito:_pool_for_client(cid)",
    "ministack.services.cognito:_resolve_user(pool, username)",
    "ministack.services.cognito:_sign_up(data)",
    "ministack.services.cognito:_user_pools",
)


def apply() -> None:
    cognito._resolve_user = _without_case(cognito._resolve_user)
    cognito._sign_up = _taken_in_any_case(cognito._sign_up)
    cognito._admin_create_user = _taken_in_any_case(cognito._admin_create_user)


def alias_holder(pool: dict[str, Any], name: str, value: str) -> dict[str, Any] | None:
    """Return the user who may sign in by this value of an attribute, if there is one.

    An alias counts when it is verified; what is the pool's user name counts at once.
    """
    if name in (pool.get("UsernameAttributes") or []):
        must_be_verified = False
    elif name in (pool.get("AliasAttributes") or []):
        must_be_verified = name in ("email", "phone_number")
    else:
        return None
    for user in pool["_users"].values():
        attributes = cognito._attr_list_to_dict(user["Attributes"])
        is_verified = attributes.get(f"{name}_verified") == "true"
        if _same(pool, attributes.get(name, ""), value) and (is_verified or not must_be_verified):
            found: dict[str, Any] = user
            return found
    return None


def _ignores_case(pool: dict[str, Any]) -> bool:
    return (pool.get("UsernameConfiguration") or {}).get("CaseSensitive") in (False, "false")


def _same(pool: dict[str, Any], one: str, other: str) -> bool:
    return one == other or (_ignores_case(pool) and one.lower() == other.lower())


def _without_case(original: Any) -> Any:
    @functools.wraps(original)
    def resolve(pool: dict[str, Any], username: Any) -> Any:
        found, error = original(pool, username)
        if error is None or not isinstance(username, str) or not _ignores_case(pool):
            return found, error
        spellings = (each for each in _names(pool) if each.lower() == username.lower())
        # An address that is not verified may be another's, and is no name then: the next spelling decides.
        answers = (original(pool, spelling) for spelling in spellings)
        return next((answer for answer in answers if answer[1] is None), (found, error))

    return resolve


def _names(pool: dict[str, Any]) -> Iterator[str]:
    aliases = {*(pool.get("UsernameAttributes") or []), *(pool.get("AliasAttributes") or [])}
    for name, user in pool["_users"].items():
        yield name
        attributes = cognito._attr_list_to_dict(user["Attributes"])
        yield from (attributes[alias] for alias in aliases if alias in attributes)


def _taken_in_any_case(original: Any) -> Any:
    @functools.wraps(original)
    def create(data: dict[str, Any]) -> Any:
        pool = cognito._user_pools.get(data.get("UserPoolId", "")) or cognito._pool_for_client(data.get("ClientId"))[0]
        name = data.get("Username")
        if pool is not None and isinstance(name, str) and not pool.get("UsernameAttributes"):
            name = next((each for each in pool["_users"] if _same(pool, each, name)), name)
            data = {**data, "Username": name}
        return original(data)

    return create
