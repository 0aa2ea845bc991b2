# What the deployer may do, in four policies because IAM bounds the length of one.

locals {
  regions       = distinct([var.region, var.replica_region])
  all_buckets   = concat(local.template_buckets, [for name in var.log_buckets : "arn:aws:s3:::${name}"])
  table_arns    = flatten([for region in local.regions : [for name in var.tables : "arn:aws:dynamodb:${region}:${var.account_id}:table/${name}"]])
  made_roles    = [for name in var.made_role_names : "arn:aws:iam::${var.account_id}:role/${name}"]
  key_arns      = [for region in local.regions : "arn:aws:kms:${region}:${var.account_id}:key/*"]
  alias_arns    = [for region in local.regions : "arn:aws:kms:${region}:${var.account_id}:alias/bbws-dynamodb-*"]
  alarm_arns    = ["arn:aws:cloudwatch:${var.region}:${var.account_id}:alarm:bbws-*"]
  project_value = "BBWS WP Containers"

  deployer_policies = merge(
    {
      state = {
        description = "Reads and writes the Terraform state of the components that the deployer applies"
        statements = [
          {
            Sid      = "FindState"
            Effect   = "Allow"
            Action   = ["s3:ListBucket", "s3:GetBucketVersioning"]
            Resource = ["arn:aws:s3:::${var.state.bucket}"]
          },
          {
            # Deleting is for the lock files beside the state.
            Sid      = "KeepState"
            Effect   = "Allow"
            Action   = ["s3:GetObject", "s3:PutObject"]
            Resource = [for prefix in var.state.key_prefixes : "arn:aws:s3:::${var.state.bucket}/${prefix}*"]
          },
          {
            Sid      = "ReleaseLockFiles"
            Effect   = "Allow"
            Action   = ["s3:DeleteObject"]
            Resource = [for prefix in var.state.key_prefixes : "arn:aws:s3:::${var.state.bucket}/${prefix}*.tflock"]
          },
          {
            Sid      = "LockState"
            Effect   = "Allow"
            Action   = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
            Resource = ["arn:aws:dynamodb:${var.region}:${var.account_id}:table/${var.state.lock_table}"]
          },
        ]
      }

      buckets = {
        description = "Manages the templates and log buckets and publishes templates"
        statements = [
          {
            Sid    = "ManageBuckets"
            Effect = "Allow"
            Action = [
              "s3:CreateBucket", "s3:ListBucket", "s3:ListBucketVersions", "s3:GetAccelerateConfiguration",
              "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetBucketLogging",
              "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy",
              "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging",
              "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration",
              "s3:GetLifecycleConfiguration", "s3:GetMetricsConfiguration", "s3:GetReplicationConfiguration",
              "s3:PutBucketLogging", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
              "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
              "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutMetricsConfiguration",
              "s3:PutReplicationConfiguration",
            ]
            Resource = local.all_buckets
          },
          {
            Sid    = "Publish"
            Effect = "Allow"
            Action = [
              "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:PutObject",
              "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
            ]
            Resource = local.template_objects
          },
        ]
      }

      tables = {
        description = "Manages the tables, their replicas and the keys that encrypt them"
        statements = [
          {
            # Making a replica copies the items with the rights of whoever asks for it.
            Sid    = "ManageTables"
            Effect = "Allow"
            Action = [
              "dynamodb:CreateTable", "dynamodb:CreateTableReplica", "dynamodb:DescribeContinuousBackups",
              "dynamodb:DescribeContributorInsights", "dynamodb:DescribeKinesisStreamingDestination",
              "dynamodb:DescribeTable", "dynamodb:DescribeTableReplicaAutoScaling", "dynamodb:DescribeTimeToLive",
              "dynamodb:ListTagsOfResource", "dynamodb:TagResource", "dynamodb:UntagResource",
              "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable",
            ]
            Resource = local.table_arns
          },
          {
            Sid    = "FillReplicas"
            Effect = "Allow"
            Action = [
              "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem",
              "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
            ]
            Resource  = local.table_arns
            Condition = { "ForAnyValue:StringEquals" = { "aws:CalledVia" = ["dynamodb.amazonaws.com"] } }
          },
          {
            Sid       = "MakeKeys"
            Effect    = "Allow"
            Action    = ["kms:CreateKey", "kms:TagResource"]
            Resource  = ["*"]
            Condition = { StringEquals = { "aws:RequestTag/Project" = local.project_value, "aws:RequestTag/Component" = "dynamodb" } }
          },
          {
            Sid    = "ManageKeys"
            Effect = "Allow"
            Action = [
              "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:EnableKeyRotation", "kms:Encrypt",
              "kms:GenerateDataKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags",
              "kms:PutKeyPolicy", "kms:TagResource", "kms:UpdateKeyDescription",
              "kms:CreateAlias", "kms:UpdateAlias",
            ]
            Resource  = local.key_arns
            Condition = { StringEquals = { "aws:ResourceTag/Project" = local.project_value, "aws:ResourceTag/Component" = "dynamodb" } }
          },
          {
            Sid      = "NameKeys"
            Effect   = "Allow"
            Action   = ["kms:CreateAlias", "kms:UpdateAlias"]
            Resource = local.alias_arns
          },
          {
            Sid      = "FindKeys"
            Effect   = "Allow"
            Action   = ["kms:ListAliases"]
            Resource = ["*"]
          },
          {
            Sid       = "LetDynamoDBReplicate"
            Effect    = "Allow"
            Action    = ["iam:CreateServiceLinkedRole"]
            Resource  = ["arn:aws:iam::${var.account_id}:role/aws-service-role/replication.dynamodb.amazonaws.com/*"]
            Condition = { StringEquals = { "iam:AWSServiceName" = "replication.dynamodb.amazonaws.com" } }
          },
        ]
      }

      surroundings = {
        description = "Manages alarms and the bounded replication role, and reads what the verifier checks"
        statements = concat(
          [
            {
              Sid    = "ManageAlarms"
              Effect = "Allow"
              Action = [
                "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm",
                "cloudwatch:TagResource", "cloudwatch:UntagResource",
              ]
              Resource = local.alarm_arns
            },
            {
              Sid    = "ReadForVerification"
              Effect = "Allow"
              Action = [
                "backup:DescribeBackupVault", "backup:DescribeRegionSettings", "backup:GetBackupPlan",
                "backup:GetBackupSelection", "backup:ListBackupPlans", "backup:ListBackupSelections",
                "backup:ListTags", "cloudwatch:DescribeAlarms",
              ]
              Resource = ["*"]
            },
            {
              Sid    = "ReadAccessForVerification"
              Effect = "Allow"
              Action = [
                "budgets:ViewBudget", "iam:GetPolicy", "iam:GetRole", "iam:ListAttachedRolePolicies",
                "iam:ListRolePolicies", "sns:GetTopicAttributes", "sns:ListTagsForResource",
              ]
              Resource = [
                "arn:aws:budgets::${var.account_id}:budget/*",
                "arn:aws:iam::${var.account_id}:role/*",
                "arn:aws:iam::${var.account_id}:policy/*",
                "arn:aws:sns:${var.region}:${var.account_id}:bbws-*",
              ]
            },
          ],
          [for statement in [
            {
              Sid       = "MakeBoundedRoles"
              Effect    = "Allow"
              Action    = ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"]
              Resource  = local.made_roles
              Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
            },
            {
              Sid    = "ManageBoundedRoles"
              Effect = "Allow"
              Action = [
                "iam:GetRolePolicy", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:TagRole",
                "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
              ]
              Resource = local.made_roles
            },
            {
              Sid       = "HandTheReplicationRoleToS3"
              Effect    = "Allow"
              Action    = ["iam:PassRole"]
              Resource  = local.made_roles
              Condition = { StringEquals = { "iam:PassedToService" = "s3.amazonaws.com" } }
            },
          ] : statement if length(local.made_roles) > 0],
        )
      }
    },

    # Only where an environment may be torn down: elsewhere destroying takes an administrator.
    { for name, policy in {
      destroy = {
        description = "Deletes the buckets, tables and keys of an environment that may be torn down"
        statements = [
          {
            Sid      = "DeleteBuckets"
            Effect   = "Allow"
            Action   = ["s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion"]
            Resource = concat(local.all_buckets, [for arn in local.all_buckets : "${arn}/*"])
          },
          {
            Sid      = "DeleteTables"
            Effect   = "Allow"
            Action   = ["dynamodb:DeleteTable"]
            Resource = local.table_arns
          },
          {
            Sid      = "DeleteKeyNames"
            Effect   = "Allow"
            Action   = ["kms:DeleteAlias"]
            Resource = local.alias_arns
          },
          {
            Sid       = "DeleteKeys"
            Effect    = "Allow"
            Action    = ["kms:DeleteAlias", "kms:ScheduleKeyDeletion"]
            Resource  = local.key_arns
            Condition = { StringEquals = { "aws:ResourceTag/Project" = local.project_value, "aws:ResourceTag/Component" = "dynamodb" } }
          },
        ]
      }
    } : name => policy if var.allow_destroy },
  )
}
