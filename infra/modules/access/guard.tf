# What the deployer never does, whoever allows it: a policy of a bucket, of a table or of a key, or a policy of its own
# that somebody widened. A denial wins over every right.
#
# Some settings are made by the same action that would weaken them later (the policy of a bucket, its versioning,
# lifecycle, logs; recovery of a table). The first apply needs these, so they are not denied here: the policies of the
# buckets refuse them to the deployer from the moment they are there (modules `bucket_policy` and `s3_bucket`), and
# recovery is refused by the tag that a table gets last (module `dynamodb_table`). Where the environment may be torn
# down none of this is set, so that it can be.
#
# IAM cannot tell everything apart. UpdateTable changes indexes and the stream as well as protection and the key,
# PutMetricAlarm makes an alarm as well as it blinds one, PutObject writes a good template as well as a bad one. These
# stay with the deployer; an approver reads them in the plan, and the verifier finds them.

locals {
  guard_tag = "Guarded"

  guard_statements = [for statement in [
    {
      Sid    = "KeepWhatIsWritten"
      Effect = "Deny"
      Action = concat(
        [
          "s3:BypassGovernanceRetention", "s3:ObjectOwnerOverrideToBucketOwner", "s3:PutObjectAcl",
          "s3:PutObjectLegalHold", "s3:PutObjectRetention", "s3:PutObjectVersionAcl", "s3:ReplicateDelete",
          "s3:ReplicateObject", "s3:ReplicateTags",
        ],
        var.allow_destroy ? [] : ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      )
      Resource = [for arn in local.all_buckets : "${arn}/*"]
    },
    {
      # Versions of the state stay in every environment: they are what a damaged one is repaired from.
      Sid      = "KeepVersionsOfState"
      Effect   = "Deny"
      Action   = ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"]
      Resource = ["${local.state_bucket}/*"]
    },
    {
      Sid      = "KeepStateBucket"
      Effect   = "Deny"
      Action   = ["s3:Delete*", "s3:Put*"]
      Resource = [local.state_bucket]
    },
    {
      Sid      = "OverwriteNoRelease"
      Effect   = "Deny"
      Action   = ["s3:PutObject"]
      Resource = local.immutable_objects
      Condition = {
        Null = { "s3:if-none-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      }
    },
    {
      Sid      = "MoveThePointerBySwap"
      Effect   = "Deny"
      Action   = ["s3:PutObject"]
      Resource = local.pointers
      Condition = {
        Null = { "s3:if-none-match" = "true", "s3:if-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      }
    },
    {
      # Nothing of this is part of the estate: each opens a bucket or its contents to somebody.
      Sid    = "OpenNoBucket"
      Effect = "Deny"
      Action = concat(
        [
          "s3:CreateAccessPoint", "s3:CreateJob", "s3:DeleteBucketWebsite", "s3:PutAccelerateConfiguration",
          "s3:PutAccessPointPolicy", "s3:PutAccountPublicAccessBlock", "s3:PutAnalyticsConfiguration",
          "s3:PutBucketAcl", "s3:PutBucketCORS", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketRequestPayment",
          "s3:PutBucketWebsite", "s3:PutIntelligentTieringConfiguration", "s3:PutInventoryConfiguration",
        ],
        var.allow_destroy ? [] : ["s3:DeleteBucket", "s3:DeleteBucketPolicy"],
      )
      Resource = ["*"]
    },
    {
      Sid    = "KeepTables"
      Effect = "Deny"
      Action = concat(
        [
          "dynamodb:CreateBackup", "dynamodb:DeleteBackup", "dynamodb:DeleteResourcePolicy",
          "dynamodb:DisableKinesisStreamingDestination", "dynamodb:EnableKinesisStreamingDestination",
          "dynamodb:ExportTableToPointInTime", "dynamodb:ImportTable", "dynamodb:PartiQL*",
          "dynamodb:PutResourcePolicy", "dynamodb:RestoreTable*", "dynamodb:UpdateGlobalTable*",
          "dynamodb:UpdateTimeToLive",
        ],
        var.allow_destroy ? [] : ["dynamodb:DeleteTable", "dynamodb:DeleteTableReplica"],
      )
      Resource = ["*"]
    },
    {
      Sid       = "KeepRecovery"
      Effect    = "Deny"
      Action    = ["dynamodb:UpdateContinuousBackups"]
      Resource  = ["*"]
      Condition = { StringEquals = { "aws:ResourceTag/${local.guard_tag}" = "true" } }
    },
    {
      Sid       = "KeepTheGuard"
      Effect    = "Deny"
      Action    = ["dynamodb:UntagResource"]
      Resource  = ["*"]
      Condition = { "ForAnyValue:StringEquals" = { "aws:TagKeys" = concat([local.guard_tag], keys(var.kept_tags)) } }
    },
    {
      Sid      = "KeepTheGuardOn"
      Effect   = "Deny"
      Action   = ["dynamodb:TagResource"]
      Resource = ["*"]
      Condition = {
        StringNotEquals = { "aws:RequestTag/${local.guard_tag}" = "true" }
        Null            = { "aws:RequestTag/${local.guard_tag}" = "false" }
      }
    },
    {
      # A condition finds a tag by its name in whatever letters, and neither of two: a second one, spelt otherwise, would
      # blind the one above (IAM User Guide, "Controlling access to AWS resources using tags").
      Sid      = "KeepTheNameOfTheGuard"
      Effect   = "Deny"
      Action   = ["dynamodb:TagResource"]
      Resource = ["*"]
      Condition = {
        "ForAnyValue:StringEqualsIgnoreCase" = { "aws:TagKeys" = [local.guard_tag] }
        "ForAnyValue:StringNotEquals"        = { "aws:TagKeys" = [local.guard_tag] }
      }
    },
    {
      Sid    = "KeepKeys"
      Effect = "Deny"
      Action = [
        "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:DisableKey*",
        "kms:EnableKey*", "kms:ImportKeyMaterial", "kms:PutKeyPolicy", "kms:ReplicateKey", "kms:RevokeGrant",
        "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias",
        "kms:UpdateKeyDescription", "kms:UpdatePrimaryRegion",
      ]
      Resource = ["*"]
    },
    {
      Sid    = "LeaveTheAccountAlone"
      Effect = "Deny"
      Action = [
        "account:*", "backup:Create*", "backup:Delete*", "backup:Put*", "backup:Start*", "backup:Stop*",
        "backup:Update*", "budgets:Create*", "budgets:Delete*", "budgets:Modify*", "cloudtrail:*",
        "cloudwatch:DisableAlarmActions", "cloudwatch:SetAlarmState", "events:Delete*", "events:Disable*",
        "events:Put*", "events:Remove*", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey",
        "iam:CreatePolicy*", "iam:CreateUser", "iam:DeleteOpenIDConnectProvider", "iam:DeletePolicy*",
        "iam:DeleteRolePermissionsBoundary", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary",
        "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateOpenIDConnectProviderThumbprint",
        "iam:UpdateRole", "organizations:*", "sns:AddPermission", "sns:Delete*", "sns:Publish",
        "sns:RemovePermission", "sns:SetTopicAttributes", "sns:Subscribe", "sns:Unsubscribe", "sts:AssumeRole",
      ]
      Resource = ["*"]
    },
  ] : statement if length(statement.Resource) > 0]

  # One statement for each tag: two conditions in one statement would have to hold both.
  guarded_tags = [for key, value in var.kept_tags : {
    Sid      = "KeepTag${replace(title(key), "/[^A-Za-z0-9]/", "")}"
    Effect   = "Deny"
    Action   = ["dynamodb:TagResource"]
    Resource = local.table_arns
    Condition = {
      StringNotEquals = { "aws:RequestTag/${key}" = value }
      Null            = { "aws:RequestTag/${key}" = "false" }
    }
  } if length(local.table_arns) > 0]
}
