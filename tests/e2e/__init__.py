import pytest

# A failed assertion of these modules shows its values too.
pytest.register_assert_rewrite("tests.e2e.support")
