"""What a table may have beside itself and moto does not know: streams into Kinesis, contributor insights."""

from typing import Any

from moto.dynamodb.responses import DynamoHandler

DESTINATIONS: dict[str, list[dict[str, Any]]] = {}
INSIGHTS: set[str] = set()
"""ARNs of tables and of their indexes."""

_update_table = DynamoHandler.update_table


def enable_kinesis_streaming_destination(self: DynamoHandler) -> Any:
    arn = {"StreamArn": self.body["StreamArn"], "DestinationStatus": "ACTIVE"}
    DESTINATIONS.setdefault(_arn(self), []).append(arn)
    return {"TableName": self.body["TableName"], **arn}


def disable_kinesis_streaming_destination(self: DynamoHandler) -> Any:
    for entry in DESTINATIONS.get(_arn(self), []):
        if entry["StreamArn"] == self.body["StreamArn"]:
            entry["DestinationStatus"] = "DISABLED"
    return {"TableName": self.body["TableName"], "StreamArn": self.body["StreamArn"]}


def describe_kinesis_streaming_destination(self: DynamoHandler) -> Any:
    found = DESTINATIONS.get(_arn(self), [])
    return {"TableName": self.body["TableName"], "KinesisDataStreamDestinations": found}


def update_contributor_insights(self: DynamoHandler) -> Any:
    if self.body["ContributorInsightsAction"] == "ENABLE":
        INSIGHTS.add(_place(self))
    else:
        INSIGHTS.discard(_place(self))
    return describe_contributor_insights(self)


def describe_contributor_insights(self: DynamoHandler) -> Any:
    status = "ENABLED" if _place(self) in INSIGHTS else "DISABLED"
    return {"TableName": self.body["TableName"], "ContributorInsightsStatus": status}


def update_table(self: DynamoHandler) -> Any:
    """What moto leaves as it was.

    A stream that was switched off can be switched on again, as a new one; a table gets another key, and keeps
    no capacity of its own once it is paid for on demand.
    """
    table = self.dynamodb_backend.get_table(self.body["TableName"])
    if key := (self.body.get("SSESpecification") or {}).get("KMSMasterKeyId"):
        table.sse_specification = {**(table.sse_specification or {}), "KMSMasterKeyId": key}
    wanted = self.body.get("StreamSpecification") or {}
    if wanted.get("StreamEnabled") and not (table.stream_specification or {}).get("StreamEnabled"):
        table.latest_stream_label = None
    answer = _update_table(self)
    if self.body.get("BillingMode") == "PAY_PER_REQUEST":
        none = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
        table.throughput = {**none, "NumberOfDecreasesToday": 0}
        for index in table.global_indexes:
            index.throughput = dict(none)
    return answer


def _arn(self: DynamoHandler) -> str:
    arn: str = self.dynamodb_backend.get_table(self.body["TableName"]).table_arn
    return arn


def _place(self: DynamoHandler) -> str:
    index = self.body.get("IndexName")
    return f"{_arn(self)}/index/{index}" if index else _arn(self)


def _answered(call: Any) -> Any:
    from moto.core.responses import ActionResult

    return lambda self: ActionResult(call(self))


def install() -> None:
    global _update_table
    # Around that of ``table_replicas``, which is installed before.
    _update_table = DynamoHandler.update_table
    setattr(DynamoHandler, "update_table", update_table)  # noqa: B010  (mypy refuses the assignment)
    for call in (
        enable_kinesis_streaming_destination,
        disable_kinesis_streaming_destination,
        describe_kinesis_streaming_destination,
        update_contributor_insights,
        describe_contributor_insights,
    ):
        setattr(DynamoHandler, call.__name__, _answered(call))
