"""The services' functions: stopped while a table is restored, pointed at the copy while a region is gone.

What a function was before is kept in tags of the function itself, so that anybody can take a change back,
from any machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from infra.deploy.errors import RefusedError

LambdaClient: TypeAlias = Any
"""A client of AWS Lambda."""

BUCKET: Final = "TEMPLATE_BUCKET_NAME"
STOPPED: Final = "bbws:stopped-concurrency"
"""Tag: the reserved concurrency of a function before it was stopped, or ``none``."""
MAPPING: Final = "bbws:stopped-mapping:"
"""Beginning of a tag for each event source mapping that was switched off; its id follows."""
_NONE: Final = "none"


@dataclass(frozen=True)
class Function:
    """A Lambda function. ``bucket`` is its ``TEMPLATE_BUCKET_NAME``, "" when it has none."""

    name: str
    arn: str
    bucket: str
    stopped: bool


@dataclass(frozen=True)
class Step:
    """One change of one function, as a sentence; ``done`` says whether it was carried out."""

    function: str
    text: str
    done: bool


def functions_of(client: LambdaClient, roles: Sequence[str], names: Sequence[str] = ()) -> list[Function]:
    """The functions that run as one of ``roles`` (ARNs), or those of ``names`` among them.

    Raises:
        RefusedError: there is none, or one of ``names`` is not among them.
    """
    found = {
        listed["FunctionName"]: listed["FunctionArn"]
        for page in client.get_paginator("list_functions").paginate()
        for listed in page["Functions"]
        if listed["Role"] in roles
    }
    strangers = [name for name in names if name not in found]
    if strangers or not found:
        which = ", ".join(strangers) or "No function"
        raise RefusedError(
            f"{which}: runs in {client.meta.region_name} as none of {', '.join(roles)}. Look at the region "
            "(--region) and the roles (aws lambda list-functions --query 'Functions[].[FunctionName,Role]')."
        )
    return [_function(client, name, found[name]) for name in sorted(names or found)]


def _function(client: LambdaClient, name: str, arn: str) -> Function:
    configuration = client.get_function_configuration(FunctionName=name)
    variables = configuration.get("Environment", {}).get("Variables", {})
    return Function(name, arn, variables.get(BUCKET, ""), STOPPED in _tags(client, arn))


def stop(client: LambdaClient, functions: Sequence[Function], *, carry_out: bool) -> Iterator[Step]:
    """Let the functions finish what they do and begin nothing more.

    Their queues first: a poller that is refused would count as a failed try of each message, and three of
    those send a message to the dead-letter queue.
    """
    for function in functions:
        for mapping in _mappings(client, function, ("Enabled", "Enabling", "Creating")):
            if carry_out:
                client.tag_resource(Resource=function.arn, Tags={f"{MAPPING}{mapping['UUID']}": "enabled"})
                client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
            yield Step(
                function.name, f"switch off its event source {mapping.get('EventSourceArn', '')}", carry_out
            )
        reserved = client.get_function_concurrency(FunctionName=function.name).get(
            "ReservedConcurrentExecutions"
        )
        if function.stopped and reserved == 0:
            yield Step(function.name, "is stopped already", done=True)
            continue
        before = _NONE if reserved is None else str(reserved)
        if carry_out:
            # The tag first, and never twice: cut off between the two, it can be done again or taken back.
            if not function.stopped:
                client.tag_resource(Resource=function.arn, Tags={STOPPED: before})
            client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
        yield Step(function.name, f"reserve 0 concurrent executions (before: {before})", carry_out)


def start(client: LambdaClient, functions: Sequence[Function], *, carry_out: bool) -> Iterator[Step]:
    """Take back what ``stop`` did: concurrency first, then the event sources that were on before."""
    for function in functions:
        tags = _tags(client, function.arn)
        before = tags.get(STOPPED)
        if before is None:
            yield Step(function.name, "was not stopped by this command", done=True)
        else:
            if carry_out:
                if before == _NONE:
                    client.delete_function_concurrency(FunctionName=function.name)
                else:
                    client.put_function_concurrency(
                        FunctionName=function.name, ReservedConcurrentExecutions=int(before)
                    )
                client.untag_resource(Resource=function.arn, TagKeys=[STOPPED])
            yield Step(function.name, f"give back its concurrency ({before})", carry_out)
        for tag in sorted(name for name in tags if name.startswith(MAPPING)):
            if carry_out:
                client.update_event_source_mapping(UUID=tag.removeprefix(MAPPING), Enabled=True)
                client.untag_resource(Resource=function.arn, TagKeys=[tag])
            yield Step(function.name, f"switch on its event source {tag.removeprefix(MAPPING)}", carry_out)


def point_at(
    client: LambdaClient, functions: Sequence[Function], bucket: str, *, carry_out: bool
) -> Iterator[Step]:
    """Have the functions read templates from ``bucket``; every other variable stays as it is.

    Raises:
        RefusedError: somebody changed a function at the same moment.
    """
    for function in functions:
        if function.bucket == bucket:
            yield Step(function.name, f"reads from {bucket} already", done=True)
            continue
        if carry_out:
            _set_variable(client, function.name, bucket)
        yield Step(function.name, f"{BUCKET}={bucket} (before: {function.bucket or 'not set'})", carry_out)


def _set_variable(client: LambdaClient, name: str, bucket: str) -> None:
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
    configuration = client.get_function_configuration(FunctionName=name)
    variables = {**configuration.get("Environment", {}).get("Variables", {}), BUCKET: bucket}
    revision = configuration.get("RevisionId")
    # The revision keeps a deployment at the same moment from losing its variables to this write.
    try:
        client.update_function_configuration(
            FunctionName=name,
            Environment={"Variables": variables},
            **({"RevisionId": revision} if revision else {}),
        )
    except (
        client.exceptions.PreconditionFailedException,
        client.exceptions.ResourceConflictException,
    ) as error:
        raise RefusedError(
            f"{name} is being changed by somebody else: nothing of it was changed, run the same again."
        ) from error
    client.get_waiter("function_updated_v2").wait(FunctionName=name)


def _mappings(client: LambdaClient, function: Function, states: Sequence[str]) -> Iterator[Any]:
    pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=function.name)
    for page in pages:
        for mapping in page["EventSourceMappings"]:
            if mapping.get("State") in states:
                yield mapping


def _tags(client: LambdaClient, arn: str) -> dict[str, str]:
    return dict(client.list_tags(Resource=arn).get("Tags", {}))
