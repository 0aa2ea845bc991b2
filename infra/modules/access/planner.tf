# What a plan reads, and the role that may read just this. The deployer's policies are built on the same lists, so what
# one of them can look at, the other can.
#
# A plan is made before anybody has approved it, by a job on the main branch. So the planner writes nothing, the lock
# of the state included (`-lock=false`), and reads no template and no item of a table. A state it does read, as every
# plan must: here a state holds names, ARNs and policies, and no secret, because no resource of these components has
# one. Keep it so, or whoever can push to main can read it.

locals {
  # The actions of a plan, by what they are done to.
  reads = {
    state_bucket = ["s3:ListBucket"]
    state        = ["s3:GetObject"]
    # The item beside the lock that holds the checksum of the state.
    state_checksum = ["dynamodb:GetItem"]
    buckets = [
      "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging",
      "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy",
      "s3:GetBucketNotification", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning",
      "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
      "s3:GetMetricsConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket",
    ]
    tables = [
      "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive",
      "dynamodb:ListTagsOfResource",
    ]
    keys        = ["kms:DescribeKey"]
    key_aliases = ["kms:ListAliases"]
    alarm_tags  = ["cloudwatch:ListTagsForResource"]
    alarms      = ["cloudwatch:DescribeAlarms"]
    # Whether the roles exist that the bucket policy names.
    roles      = ["iam:GetRole"]
    made_roles = ["iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
  }

  planner_statements = concat(
    [
      {
        Sid      = "FindState"
        Effect   = "Allow"
        Action   = local.reads.state_bucket
        Resource = [local.state_bucket]
      },
      {
        Sid      = "ReadState"
        Effect   = "Allow"
        Action   = local.reads.state
        Resource = local.states
      },
      {
        Sid      = "ReadChecksumOfState"
        Effect   = "Allow"
        Action   = local.reads.state_checksum
        Resource = [local.lock_table]
      },
      {
        Sid      = "LookAtBuckets"
        Effect   = "Allow"
        Action   = local.reads.buckets
        Resource = local.all_buckets
      },
      {
        Sid      = "LookAtAlarms"
        Effect   = "Allow"
        Action   = local.reads.alarm_tags
        Resource = local.alarm_arns
      },
      {
        # These two know no resources smaller than the account.
        Sid      = "FindKeysAndAlarms"
        Effect   = "Allow"
        Action   = concat(local.reads.key_aliases, local.reads.alarms)
        Resource = ["*"]
      },
      {
        Sid      = "FindRoles"
        Effect   = "Allow"
        Action   = local.reads.roles
        Resource = ["${local.iam}:role/*"]
      },
    ],
    [for statement in [
      {
        Sid      = "LookAtTables"
        Effect   = "Allow"
        Action   = local.reads.tables
        Resource = local.table_arns
      },
      {
        Sid      = "LookAtMadeRoles"
        Effect   = "Allow"
        Action   = local.reads.made_roles
        Resource = local.made_roles
      },
    ] : statement if length(statement.Resource) > 0],
    [for statement in [
      {
        Sid       = "FindKeysOfTables"
        Effect    = "Allow"
        Action    = local.reads.keys
        Resource  = local.key_arns
        Condition = local.named_keys
      },
    ] : statement if length(var.tables) > 0],
  )
}

resource "aws_iam_role" "planner" {
  name                 = var.planner_role_name
  description          = "Plans changes of the infrastructure and writes nothing (GitHub Actions)"
  assume_role_policy   = local.trust_policy.planner
  max_session_duration = 3600
  tags                 = var.tags

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "planner" {
  name = "read-for-plans"
  role = aws_iam_role.planner.id

  policy = jsonencode({ Version = "2012-10-17", Statement = local.planner_statements })
}
