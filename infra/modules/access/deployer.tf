# What the deployer may do: whatever a plan reads (planner.tf), and what it takes to change that. In several policies,
# because IAM bounds the length of one. What it may never do, whatever else says so, stands in guard.tf.

locals {
  # IAM takes no statement about nothing.
  deployer_policies = { for name, policy in local.every_policy : name => policy if name != "tables" || length(var.tables) > 0 }

  every_policy = merge(
    {
      guard = {
        description = "What the deployer never does, whoever allows it"
        statements  = concat(local.guard_statements, local.guarded_tags)
      }

      state = {
        description = "Reads and writes the Terraform state of the components that the deployer applies"
        statements = [
          {
            Sid      = "FindState"
            Effect   = "Allow"
            Action   = local.reads.state_bucket
            Resource = [local.state_bucket]
          },
          {
            # Deleting is for the lock files beside the state.
            Sid      = "KeepState"
            Effect   = "Allow"
            Action   = concat(local.reads.state, ["s3:PutObject"])
            Resource = local.states
          },
          {
            Sid      = "ReleaseLockFiles"
            Effect   = "Allow"
            Action   = ["s3:DeleteObject"]
            Resource = [for prefix in var.state.key_prefixes : "${local.state_bucket}/${prefix}*.tflock"]
          },
          {
            # Of its own components alone: locks and checksums of the others lie in the same table.
            Sid       = "LockState"
            Effect    = "Allow"
            Action    = concat(local.reads.state_checksum, ["dynamodb:DescribeTable", "dynamodb:PutItem", "dynamodb:DeleteItem"])
            Resource  = [local.lock_table]
            Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = local.lock_ids } }
          },
        ]
      }

      buckets = {
        description = "Manages the templates and log buckets and publishes templates"
        statements = [
          {
            Sid    = "ManageBuckets"
            Effect = "Allow"
            Action = concat(local.reads.buckets, [
              "s3:CreateBucket", "s3:GetBucketLocation", "s3:ListBucketVersions", "s3:PutBucketLogging",
              "s3:PutBucketNotification", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
              "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutMetricsConfiguration",
              "s3:PutReplicationConfiguration",
            ])
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
        description = "Manages the tables and their replicas"
        statements = [
          {
            # Making a replica copies the items with the rights of whoever asks for it.
            Sid    = "ManageTables"
            Effect = "Allow"
            Action = concat(local.reads.tables, [
              "dynamodb:CreateTable", "dynamodb:CreateTableReplica", "dynamodb:DescribeContributorInsights",
              "dynamodb:DescribeKinesisStreamingDestination", "dynamodb:DescribeTableReplicaAutoScaling",
              "dynamodb:TagResource", "dynamodb:UntagResource", "dynamodb:UpdateContinuousBackups",
              "dynamodb:UpdateTable",
            ])
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
            # Their use through DynamoDB is let to whoever may use the table, by the policy of the key itself.
            Sid       = "FindKeysOfTables"
            Effect    = "Allow"
            Action    = local.reads.keys
            Resource  = local.key_arns
            Condition = local.named_keys
          },
          {
            Sid      = "FindKeys"
            Effect   = "Allow"
            Action   = local.reads.key_aliases
            Resource = ["*"]
          },
          {
            Sid       = "LetDynamoDBReplicate"
            Effect    = "Allow"
            Action    = ["iam:CreateServiceLinkedRole"]
            Resource  = ["${local.iam}:role/aws-service-role/replication.dynamodb.amazonaws.com/*"]
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
              Action = concat(local.reads.alarm_tags, [
                "cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
              ])
              Resource = local.alarm_arns
            },
            {
              Sid    = "ReadForVerification"
              Effect = "Allow"
              Action = concat(local.reads.alarms, [
                "backup:DescribeBackupVault", "backup:DescribeRegionSettings", "backup:GetBackupPlan",
                "backup:GetBackupSelection", "backup:ListBackupPlans", "backup:ListBackupSelections",
                "backup:ListTags",
              ])
              Resource = ["*"]
            },
            {
              Sid    = "ReadAccessForVerification"
              Effect = "Allow"
              Action = concat(local.reads.roles, local.reads.made_roles, [
                "budgets:ViewBudget", "iam:GetPolicy", "iam:GetPolicyVersion", "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource",
              ])
              Resource = [
                "${local.aws}:budgets::${var.account_id}:budget/*",
                "${local.iam}:role/*",
                "${local.iam}:policy/*",
                "${local.aws}:sns:*:${var.account_id}:${var.name_prefix}-*",
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
              Action = concat(local.reads.made_roles, [
                "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole",
              ])
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
        description = "Deletes the buckets and tables of an environment that may be torn down"
        statements = [for statement in [
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
        ] : statement if statement.Sid == "DeleteBuckets" || length(var.tables) > 0]
      }
    } : name => policy if var.allow_destroy },
  )
}
