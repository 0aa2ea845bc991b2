"""Clients of AWS, one per service and region, made once."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from infra.design import REGION, Environment

if TYPE_CHECKING:
    from mypy_boto3_backup import BackupClient
    from mypy_boto3_budgets import BudgetsClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sts import STSClient

_PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})


class Account:
    """An environment and the clients that look into its account."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._session = boto3.Session(region_name=REGION)

    @lru_cache  # noqa: B019  (one account lives as long as the command)
    def dynamodb(self, region: str = REGION) -> DynamoDBClient:
        """DynamoDB in ``region``."""
        return self._session.client("dynamodb", region_name=region, config=_PATIENCE)

    @lru_cache  # noqa: B019
    def s3(self, region: str = REGION) -> S3Client:
        """S3 in ``region``."""
        return self._session.client("s3", region_name=region, config=_PATIENCE)

    @lru_cache  # noqa: B019
    def backup(self, region: str = REGION) -> BackupClient:
        """AWS Backup in ``region``."""
        return self._session.client("backup", region_name=region, config=_PATIENCE)

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """CloudWatch."""
        return self._session.client("cloudwatch", config=_PATIENCE)

    @cached_property
    def sns(self) -> SNSClient:
        """SNS."""
        return self._session.client("sns", config=_PATIENCE)

    @cached_property
    def iam(self) -> IAMClient:
        """IAM."""
        return self._session.client("iam", config=_PATIENCE)

    @cached_property
    def budgets(self) -> BudgetsClient:
        """AWS Budgets."""
        return self._session.client("budgets", config=_PATIENCE)

    @cached_property
    def sts(self) -> STSClient:
        """STS, which says whose credentials these are."""
        return self._session.client("sts", config=_PATIENCE)
