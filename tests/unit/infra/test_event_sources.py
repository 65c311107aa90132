"""Settings of event sources wait until Lambda takes them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy import functions
from infra.deploy.aws import Aws
from infra.deploy.stage import Stage
from infra.event_settings import EVENT_SETTINGS
from infra.event_sources import EventSourceError, update

WANTED = {"MaximumRetryAttempts": 8}
STAGE = Stage("dev", "eu-north-1", "blog@example.com")


class InUseError(ClientError):
    """Lambda's refusal of a change to what is being created or updated."""

    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "ResourceInUseException", "Message": "in use"}}, "Update")


class Lambda:
    """Mappings that pass through `states` as they are looked at, and functions that are busy for some calls."""

    class exceptions:  # noqa: N801 - boto3's name
        """The refusals, as boto3's clients have them."""

        ResourceInUseException = InUseError
        ResourceConflictException = InUseError

    def __init__(self, *states: str, busy_for: int = 0) -> None:
        self.states = [*states, "Enabled"]
        self.settings: dict[str, dict[str, Any]] = {}
        self.busy_for = busy_for
        self.updated: list[str] = []

    def client(self, *_: object, **__: object) -> "Lambda":
        return self

    def list_event_source_mappings(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - AWS's own names
        return {"EventSourceMappings": [{"UUID": FunctionName, "State": self.states[0]}]}

    def get_event_source_mapping(self, UUID: str) -> dict[str, Any]:  # noqa: N803
        state = self.states[0] if len(self.states) == 1 else self.states.pop(0)
        return {"UUID": UUID, "State": state, **self.settings.get(UUID, {})}

    def update_event_source_mapping(self, UUID: str, **wanted: Any) -> None:  # noqa: N803
        self._refuse_while_busy()
        self.settings.setdefault(UUID, {}).update(wanted)

    def update_function_code(self, FunctionName: str, ZipFile: bytes, Architectures: list[str]) -> None:  # noqa: N803
        assert (ZipFile, Architectures) == (b"package", ["arm64"])
        self._refuse_while_busy()
        self.updated.append(FunctionName)

    def get_waiter(self, name: str) -> "Lambda":
        assert name == "function_updated_v2"
        return self

    def wait(self, **_: object) -> None:
        pass

    def _refuse_while_busy(self) -> None:
        if self.busy_for:
            self.busy_for -= 1
            raise InUseError
        assert self.states == ["Enabled"]


def test_a_mapping_that_is_being_created_is_waited_for() -> None:
    client = Lambda("Creating", "Creating")
    assert update(client, "one", WANTED, poll_seconds=0)
    assert client.settings == {"one": WANTED}


def test_a_mapping_that_became_busy_after_it_was_read_is_tried_again() -> None:
    client = Lambda(busy_for=2)
    assert update(client, "one", WANTED, poll_seconds=0)
    assert client.settings == {"one": WANTED}


def test_a_mapping_that_has_its_settings_is_left_alone() -> None:
    client = Lambda()
    client.settings["one"] = {"BatchSize": 10, **WANTED}
    assert not update(client, "one", WANTED, poll_seconds=0)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (("Creating",) * 100, "The event source mapping one is still Creating after 0 s: wait until it is Enabled"),
        (("Deleting",), "The event source mapping one is being deleted: run the command again."),
    ],
)
def test_a_mapping_that_does_not_become_steady_is_named(states: tuple[str, ...], said: str) -> None:
    with pytest.raises(EventSourceError, match=said):
        update(Lambda(*states), "one", WANTED, poll_seconds=0, wait_seconds=0)


def test_a_deploy_gives_settings_to_sources_that_are_being_created() -> None:
    client = Lambda("Creating", "Creating", "Updating")
    functions.put_event_settings(_aws(client), STAGE, {"StreamFailuresArn": "arn:failures"})
    assert len(client.settings) == len(EVENT_SETTINGS)


def test_a_deploy_names_the_function_whose_source_is_not_ready() -> None:
    with pytest.raises(functions.FunctionError, match=r"^mytodolist-dev-[a-z-]+: The event source mapping .* deleted"):
        functions.put_event_settings(_aws(Lambda("Deleting")), STAGE, {"StreamFailuresArn": "arn:failures"})


def test_functions_that_are_being_updated_take_a_package_later() -> None:
    client = Lambda(busy_for=3)
    functions.put_package(_aws(client), STAGE, b"package", "arm64")
    assert client.updated == list(functions.names(STAGE))


def _aws(client: Lambda) -> Aws:
    return Aws(client, "eu-north-1", "123456789012", "aws", "http://127.0.0.1:1")
