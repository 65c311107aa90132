"""What the emulator does unlike AWS, one module a gap.

Each module says in its docstring what AWS does, what the emulator does and what is replaced, lists the
emulator's names it touches in `TARGETS`, and fills the gap in `apply()`. Some also have a `background(stop)` that
runs beside the requests until the engine stops. A later module wraps what an earlier one replaced.
"""

from types import ModuleType

from infra.local.engine.gaps import (
    anonymous_callers,
    api_answers,
    api_authorizers,
    api_cache,
    api_imports,
    api_settings,
    as_tls,
    async_invocations,
    cognito_claims,
    cognito_codes,
    cognito_sign_in,
    cognito_triggers,
    destinations,
    dynamodb_durability,
    dynamodb_expiry,
    forgotten_state,
    function_workers,
    identity_pools,
    leading_keys,
    mail_events,
    mail_permissions,
    policy_variables,
    queue_mappings,
    queue_permissions,
    root_key,
    saved_code,
    schedules,
    stack_buckets,
    stack_records,
    stack_stages,
    stack_tables,
    stacks,
    stream_mappings,
    topic_mail,
    working_tree_functions,
)

# What several gaps lean on.
SHARED: tuple[ModuleType, ...] = (destinations, stacks)
ALL: tuple[ModuleType, ...] = (
    root_key,
    as_tls,
    anonymous_callers,
    policy_variables,
    leading_keys,
    identity_pools,
    queue_permissions,
    cognito_codes,
    cognito_triggers,
    cognito_sign_in,
    cognito_claims,
    dynamodb_expiry,
    dynamodb_durability,
    forgotten_state,
    schedules,
    saved_code,
    function_workers,
    working_tree_functions,
    async_invocations,
    stream_mappings,
    queue_mappings,
    topic_mail,
    mail_events,
    mail_permissions,
    api_imports,
    api_settings,
    api_authorizers,
    api_answers,
    api_cache,
    stack_tables,
    stack_buckets,
    stack_stages,
    stack_records,
)
