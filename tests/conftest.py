"""What every test stands on: property tests that try the same examples on every machine."""

from hypothesis import HealthCheck, settings

from infra import shell

# The tests are the same from every shell.
shell.leave()

settings.register_profile(
    "same-everywhere",
    derandomize=True,
    deadline=None,
    database=None,
    # Fixtures that last for a whole test are what the properties are about, not what they vary.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("same-everywhere")
