# Who may do what with the objects of a bucket.
#
# Every "deny" on objects holds for everybody, the administrator and Terraform included, but none keeps an administrator
# from the management of the bucket itself: the policy can always be read, changed and removed. The rules on releases rest on S3's conditional
# writes: an object of a release can only be created with `If-None-Match: *`, so it is never overwritten, and only the
# pruner deletes or mends one. `s3:ObjectCreationOperation` leaves out the parts of a multipart upload, which carry no
# such header; its completion does. A copy onto the key of a release has no such header either and is refused.
# Source: S3 User Guide, "Enforce conditional writes on Amazon S3 buckets".
#
# Principals are written as role ARNs: S3 refuses the policy while one of these roles does not exist.

data "aws_partition" "current" {}

locals {
  bucket_arn    = "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"
  object_arns   = "${local.bucket_arn}/*"
  release_arns  = [for prefix in var.immutable_prefixes : "${local.bucket_arn}/${prefix}*"]
  prunable_arns = [for prefix in var.prunable_prefixes : "${local.bucket_arn}/${prefix}*"]
  pointer_arns  = [for key in var.pointer_keys : "${local.bucket_arn}/${key}"]
  stable_arns   = [for pattern in var.stable_key_patterns : "${local.bucket_arn}/${pattern}"]
  everybody     = distinct(concat(var.readers, var.writers, var.pruners))

  # Statements differ in shape, so each becomes text at once: a Terraform list wants elements of one type.
  deny_statements = [for statement in [
    {
      Sid       = "DenyInsecureTransport"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, local.object_arns]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      Sid       = "DenyOutdatedTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, local.object_arns]
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    },
    {
      # Services of AWS (log delivery, replication checks) act without an account of their own. An anonymous request
      # has neither key: "if exists" lets the denial meet it too.
      Sid       = "DenyOtherAccounts"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, local.object_arns]
      Condition = {
        StringNotEquals = { "aws:PrincipalAccount" = var.account_id }
        BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
      }
    },
    {
      # A key that the client keeps, or one of another account's, makes an object that nobody here can read.
      Sid       = "DenyKeysOfOthers"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = [local.object_arns]
      Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
    },
    {
      Sid       = "DenyOtherEncryption"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = [local.object_arns]
      Condition = {
        StringNotEquals = { "s3:x-amz-server-side-encryption" = "AES256" }
        Null            = { "s3:x-amz-server-side-encryption" = "false" }
      }
    },
  ] : jsonencode(statement)]

  # By this the policy lasts: the first apply makes all settings, the policy last of them, and from then on those who
  # made them change none. An administrator does, or lifts the policy.
  settings_statements = [for statement in [
    {
      Sid       = "DenyWeakening"
      Effect    = "Deny"
      Principal = "*"
      Action    = local.settings
      Resource  = [local.bucket_arn]
      Condition = { ArnEquals = { "aws:PrincipalArn" = var.settled_for } }
    },
  ] : jsonencode(statement) if length(var.settled_for) > 0]

  settings = [
    "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketLogging", "s3:PutBucketNotification",
    "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutMetricsConfiguration",
    "s3:PutReplicationConfiguration",
  ]

  # For what must outlive everything, the administrator's mistakes included. The policy itself can be changed, so that
  # it takes two steps.
  protected_statements = [for statement in [
    {
      Sid       = "DenyDestruction"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteBucket", "s3:DeleteObjectVersion"]
      Resource  = [local.bucket_arn, local.object_arns]
    },
  ] : jsonencode(statement) if var.protected]

  # The pruner deletes what is no longer needed and mends what was damaged; nobody else touches what was published.
  but_the_pruner = { for operator, keys in { ArnNotEquals = { "aws:PrincipalArn" = var.pruners } } : operator => keys if length(var.pruners) > 0 }

  release_statements = [for statement in [
    {
      Sid       = "DenyOverwritingReleases"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = local.release_arns
      Condition = merge(local.but_the_pruner, {
        Null = { "s3:if-none-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      })
    },
    {
      # The pointer may go as little: without it nobody knows what is active.
      Sid       = "DenyDeletingReleases"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
      Resource  = concat(local.release_arns, local.pointer_arns)
      Condition = local.but_the_pruner
    },
  ] : jsonencode({ for name, value in statement : name => value if value != {} }) if length(local.release_arns) > 0]

  # The pointer moves by compare-and-swap: its first write carries If-None-Match, every later one If-Match.
  pointer_statements = [for statement in [
    {
      Sid       = "DenyUnconditionalPointerMoves"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = local.pointer_arns
      Condition = {
        Null = { "s3:if-none-match" = "true", "s3:if-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      }
    },
  ] : jsonencode(statement) if length(local.pointer_arns) > 0]

  reading_statements = [for statement in [
    {
      Sid       = "AllowReading"
      Effect    = "Allow"
      Principal = { AWS = local.everybody }
      Action    = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource  = [local.object_arns]
    },
    {
      Sid       = "AllowListing"
      Effect    = "Allow"
      Principal = { AWS = local.everybody }
      Action    = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning"]
      Resource  = [local.bucket_arn]
    },
  ] : jsonencode(statement) if length(local.everybody) > 0]

  publishing_statements = [for statement in [
    {
      Sid       = "AllowPublishing"
      Effect    = "Allow"
      Principal = { AWS = var.writers }
      Action    = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
      Resource  = [local.object_arns]
    },
  ] : jsonencode(statement) if length(var.writers) > 0]

  pruning_statements = [for statement in [
    {
      # A stable key goes when its template is in no release any more, a pointer when it is damaged beyond repair.
      # Versions stay for as long as the bucket keeps them.
      Sid       = "AllowPruning"
      Effect    = "Allow"
      Principal = { AWS = var.pruners }
      Action    = "s3:DeleteObject"
      Resource  = concat(local.prunable_arns, local.stable_arns, local.pointer_arns)
    },
    {
      # Stable keys may be damaged as well. While it works, the pruner marks the pointer, so that nobody activates what
      # it is about to delete.
      Sid       = "AllowMending"
      Effect    = "Allow"
      Principal = { AWS = var.pruners }
      Action    = "s3:PutObject"
      Resource  = concat(local.prunable_arns, local.stable_arns, local.pointer_arns)
    },
  ] : jsonencode(statement) if length(var.pruners) > 0 && length(statement.Resource) > 0]

  statements = concat(
    local.deny_statements,
    local.settings_statements,
    local.protected_statements,
    local.release_statements,
    local.pointer_statements,
    local.reading_statements,
    local.publishing_statements,
    local.pruning_statements,
  )
}

locals {
  policy = "{\"Version\":\"2012-10-17\",\"Statement\":[${join(",", local.statements)}]}"
}

resource "aws_s3_bucket_policy" "this" {
  bucket = var.bucket
  policy = local.policy

  lifecycle {
    precondition {
      condition     = alltrue([for arn in concat(local.everybody, var.settled_for) : startswith(arn, "arn:${data.aws_partition.current.partition}:")])
      error_message = "readers, writers, pruners or settled_for name a role of another partition than ${data.aws_partition.current.partition}, which S3 refuses: write arn:${data.aws_partition.current.partition}:iam::${var.account_id}:role/NAME."
    }

    precondition {
      condition     = length(local.policy) <= 20480
      error_message = "The policy of the bucket ${var.bucket} is longer than the 20,480 characters that S3 takes: name fewer roles in readers, writers and pruners."
    }
  }
}
