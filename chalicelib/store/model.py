"""The base of every model: PynamoDB over the shared client, with conditional writes that say what stood in the way."""

from collections.abc import Callable, Sequence
from typing import Any, Self, cast

from botocore.exceptions import ClientError
from pynamodb.connection.table import TableConnection
from pynamodb.constants import ALL_NEW, ALL_OLD, ATTRIBUTES, RETURN_VALUES, UPDATE_ITEM
from pynamodb.exceptions import PutError, VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.store import decoding
from chalicelib.store.client import shared_client
from chalicelib.store.direct import make_direct
from chalicelib.store.errors import ConditionFailed

CONDITION_FAILED = "ConditionalCheckFailedException"


class StoredModel(Model):
    """A model whose table is reached through the shared client."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if decoding.is_wanted():
            make_direct(cls)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        if table.connection._client is None:  # noqa: SLF001 - the seam
            table.connection._client = cast("Any", shared_client())  # noqa: SLF001 - the seam
        return table

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Return the model that a stored item is."""
        values = decoding.attribute_values(cls, data)
        if values is None:
            return super().from_raw_data(data)
        read = cls.__new__(cls)
        read.attribute_values = values
        return read

    def deserialize(self, attribute_values: dict[str, dict[str, Any]]) -> None:
        """Become what a stored item is."""
        values = decoding.attribute_values(type(self), attribute_values)
        if values is None:
            super().deserialize(attribute_values)
        else:
            self.attribute_values = values

    def create(self, condition: Condition) -> None:
        """PutItem under `condition`.

        Raises:
            ConditionFailed: the condition did not hold.
        """
        try:
            self.save(condition, add_version_condition=False)
        except PutError as error:
            if error.cause_response_code == CONDITION_FAILED:
                raise ConditionFailed(None) from error
            raise

    def change(self, actions: Sequence[Action], condition: Condition) -> None:
        """UpdateItem under `condition`; afterwards this object is the item as it now stands.

        Raises:
            ConditionFailed: the condition did not hold; carries the item that stood in the way.
        """
        request = self.get_update_kwargs_from_instance(
            list(actions), condition, return_values_on_condition_failure=ALL_OLD, add_version_condition=False
        )
        connection = self._get_connection().connection
        answer = _refused_as_condition(lambda: connection.dispatch(UPDATE_ITEM, {**request, RETURN_VALUES: ALL_NEW}))
        self.deserialize(answer[ATTRIBUTES])


def _refused_as_condition(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return call()
    except VerboseClientError as error:
        if error.response["Error"].get("Code") != CONDITION_FAILED:
            raise
        # PynamoDB's error drops the item; botocore's own, its cause, has it.
        cause = error.__cause__
        item = cast("dict[str, Any]", cause.response).get("Item") if isinstance(cause, ClientError) else None
        raise ConditionFailed(item) from error
