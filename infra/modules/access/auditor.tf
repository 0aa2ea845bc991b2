# The role that looks at the whole account: for the job that plans every component to see what somebody changed by hand,
# and for the tests after a deployment. Nobody approves such a job, so the role changes nothing, and of data it reads
# what is published (templates) and what describes the estate (states), but no item of a table and no recovery point.
# The key of a table lets whoever may read the table read it, and nobody else; the auditor may not.

locals {
  auditor_reads = {
    account = [
      "account:ListRegions",
      "backup:DescribeBackupVault", "backup:DescribeGlobalSettings", "backup:DescribeRecoveryPoint",
      "backup:DescribeRegionSettings", "backup:GetBackupPlan", "backup:GetBackupSelection",
      "backup:GetBackupVaultAccessPolicy", "backup:GetBackupVaultNotifications", "backup:ListBackupJobs",
      "backup:ListBackupPlans", "backup:ListBackupSelections", "backup:ListBackupVaults", "backup:ListCopyJobs",
      "backup:ListRecoveryPointsByBackupVault", "backup:ListRecoveryPointsByResource", "backup:ListTags",
      "budgets:DescribeBudgetActionsForBudget", "budgets:ListTagsForResource", "budgets:ViewBudget",
      "cloudwatch:DescribeAlarms", "cloudwatch:GetAlarmMuteRule", "cloudwatch:GetMetricData",
      "cloudwatch:GetMetricStatistics", "cloudwatch:ListAlarmMuteRules", "cloudwatch:ListMetrics",
      "cloudwatch:ListTagsForResource",
      "events:DescribeRule", "events:ListEventBuses", "events:ListRuleNamesByTarget", "events:ListRules",
      "events:ListTagsForResource", "events:ListTargetsByRule",
      "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies", "iam:ListEntitiesForPolicy", "iam:ListGroups", "iam:ListInstanceProfilesForRole",
      "iam:ListOpenIDConnectProviders", "iam:ListPolicies", "iam:ListPolicyVersions", "iam:ListRolePolicies",
      "iam:ListRoles", "iam:ListSAMLProviders", "iam:ListUsers",
      "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListGrants",
      "kms:ListKeys", "kms:ListResourceTags", "s3:GetAccountPublicAccessBlock", "s3:ListAccessGrantsInstances",
      "s3:ListAccessPoints", "s3:ListAllMyBuckets", "s3:ListBucket", "s3:ListBucketVersions",
      "s3:ListMultiRegionAccessPoints", "sns:GetDataProtectionPolicy", "sns:GetSubscriptionAttributes",
      "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource", "sns:ListTopics",
    ]
    buckets = [
      "s3:GetAccelerateConfiguration", "s3:GetAnalyticsConfiguration", "s3:GetBucketAbac", "s3:GetBucketAcl",
      "s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetBucketLogging", "s3:GetBucketMetadataTableConfiguration",
      "s3:GetBucketNotification", "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPolicyStatus",
      "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning",
      "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetIntelligentTieringConfiguration",
      "s3:GetInventoryConfiguration", "s3:GetLifecycleConfiguration", "s3:GetMetricsConfiguration",
      "s3:GetReplicationConfiguration",
    ]
    tables = [
      "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeContributorInsights", "dynamodb:DescribeExport",
      "dynamodb:DescribeKinesisStreamingDestination", "dynamodb:DescribeTable",
      "dynamodb:DescribeTableReplicaAutoScaling", "dynamodb:DescribeTimeToLive", "dynamodb:GetResourcePolicy",
      "dynamodb:ListBackups", "dynamodb:ListExports", "dynamodb:ListTables", "dynamodb:ListTagsOfResource",
    ]
  }

  auditor_statements = concat([
    {
      Sid      = "LookAtTheAccount"
      Effect   = "Allow"
      Action   = concat(local.auditor_reads.account, local.auditor_reads.buckets, local.auditor_reads.tables)
      Resource = ["*"]
    },
    {
      Sid      = "ReadStates"
      Effect   = "Allow"
      Action   = local.reads.state
      Resource = local.all_states
    },
    {
      Sid      = "ReadChecksumsOfStates"
      Effect   = "Allow"
      Action   = local.reads.state_checksum
      Resource = [local.lock_table]
    },
    {
      # What is published is no secret of anybody's, and the tests after a deployment compare it byte for byte.
      Sid      = "ReadTemplates"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectTagging"]
      Resource = local.template_objects
    },
    {
      # Whatever policy is put on a table or a key: of data the auditor sees none.
      Sid    = "ReadNoData"
      Effect = "Deny"
      Action = [
        "backup:StartRestoreJob", "dynamodb:BatchGetItem", "dynamodb:ExportTableToPointInTime", "dynamodb:GetRecords",
        "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan", "kms:Decrypt", "secretsmanager:GetSecretValue",
        "ssm:GetParameter", "ssm:GetParameters", "sts:AssumeRole",
      ]
      Resource = ["*"]
    },
    ], [for tables in [local.table_arns] : {
      # A right to items that the lock table alone needs: there lie checksums.
      Sid      = "ReadNoItem"
      Effect   = "Deny"
      Action   = ["dynamodb:ConditionCheckItem", "dynamodb:GetItem"]
      Resource = tables
  } if length(tables) > 0])
}

resource "aws_iam_role" "auditor" {
  count = var.auditor_role_name == null ? 0 : 1

  name                 = var.auditor_role_name
  description          = "Looks at the whole account and writes nothing (GitHub Actions)"
  assume_role_policy   = local.trust_policy.auditor
  max_session_duration = 3600
  tags                 = var.tags

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "auditor" {
  count = var.auditor_role_name == null ? 0 : 1

  name = "look-at-the-account"
  role = aws_iam_role.auditor[0].id

  policy = jsonencode({ Version = "2012-10-17", Statement = local.auditor_statements })
}
