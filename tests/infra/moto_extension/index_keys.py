"""An item whose index key has another type than the table says is refused, as DynamoDB does; moto takes it.

Source: Amazon DynamoDB Developer Guide, "Using Global Secondary Indexes": every key attribute that an item
has must be of the declared type. The words of the answer are those of the service.
"""

from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.responses import DynamoHandler

_put_item = DynamoHandler.put_item


def put_item(self: DynamoHandler) -> Any:
    table = self.dynamodb_backend.get_table(self.body["TableName"])
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in table.attr}
    for index in table.global_indexes:
        for key in index.schema:
            name = key["AttributeName"]
            actual = next(iter(self.body["Item"].get(name, {types[name]: None})))
            if actual != types[name]:
                raise MockValidationException(
                    "One or more parameter values were invalid: Type mismatch for Index Key "
                    f"{name} Expected: {types[name]} Actual: {actual} IndexName: {index.name}"
                )
    return _put_item(self)


def install() -> None:
    setattr(DynamoHandler, "put_item", put_item)  # noqa: B010  (mypy refuses the assignment)
