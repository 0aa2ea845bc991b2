"""The areas of the account, each with its questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from infra.verify.account import account_questions
from infra.verify.alarms import alarm_questions
from infra.verify.aws import Account
from infra.verify.backups import backup_questions
from infra.verify.bucket_copies import bucket_copy_questions
from infra.verify.buckets import bucket_questions, state_bucket_questions
from infra.verify.budget import budget_questions
from infra.verify.checks import Question
from infra.verify.copies import copy_questions
from infra.verify.events import event_questions
from infra.verify.keys import key_questions
from infra.verify.muting import mute_questions
from infra.verify.pointer import pointer_questions
from infra.verify.policies import policy_questions, provider_questions
from infra.verify.recovery import recovery_questions
from infra.verify.roles import role_questions
from infra.verify.states import state_questions
from infra.verify.tables import lock_table_questions, table_questions
from infra.verify.templates import template_questions
from infra.verify.topic import topic_questions

AREAS: Final[dict[str, tuple[Callable[[Account], Iterator[Question]], ...]]] = {
    "tables": (table_questions, copy_questions),
    "keys": (key_questions,),
    "backup": (backup_questions,),
    "bucket": (bucket_questions, bucket_copy_questions),
    "templates": (template_questions, pointer_questions),
    "recovery": (recovery_questions,),
    "access": (role_questions, policy_questions, provider_questions),
    "budget": (budget_questions,),
    "alarms": (topic_questions, event_questions, alarm_questions, mute_questions),
    "state": (state_bucket_questions, state_questions, lock_table_questions),
    "account": (account_questions,),
}


def questions(account: Account, areas: Iterable[str] = tuple(AREAS)) -> Iterator[Question]:
    """Every question of the areas."""
    for area in areas:
        for about in AREAS[area]:
            yield from about(account)
