# The bucket that takes the access logs. One per region: S3 delivers logs only within a region.

resource "aws_s3_bucket" "log" {
  #checkov:skip=CKV_AWS_144:Access logs are evidence of one region; copying them to another is not asked for
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets encrypted with S3's own keys
  #checkov:skip=CKV_AWS_18:A log bucket that logs into itself grows without end
  #checkov:skip=CKV2_AWS_62:Nobody consumes events of this bucket; a notification without a consumer proves nothing
  count = local.log_bucket_created ? 1 : 0

  bucket        = var.logging.bucket
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_versioning" "log" {
  count  = local.log_bucket_created ? 1 : 0
  bucket = aws_s3_bucket.log[0].bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "log" {
  count  = local.log_bucket_created ? 1 : 0
  bucket = aws_s3_bucket.log[0].bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "log" {
  count  = local.log_bucket_created ? 1 : 0
  bucket = aws_s3_bucket.log[0].bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "log" {
  count  = local.log_bucket_created ? 1 : 0
  bucket = aws_s3_bucket.log[0].bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "log" {
  count  = local.log_bucket_created ? 1 : 0
  bucket = aws_s3_bucket.log[0].bucket

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = var.logging.retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 7
    }
  }

  rule {
    id     = "abort-multipart-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.lifecycle_days.multipart_uploads
    }
  }

  depends_on = [aws_s3_bucket_versioning.log]
}

resource "aws_s3_bucket_policy" "log" {
  count  = local.log_bucket_created ? 1 : 0
  bucket = aws_s3_bucket_public_access_block.log[0].bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [local.log_bucket_arn, "${local.log_bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "AllowLogDelivery"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.log_bucket_arn}/${var.logging.prefix}*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
          ArnLike      = { "aws:SourceArn" = local.bucket_arn }
        }
      },
      {
        Sid       = "DenyKeysOfOthers"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:PutObject"
        Resource  = "${local.log_bucket_arn}/*"
        Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
      },
      ], [for roles in [var.settled_for] : {
        # Logs are evidence: whoever is seen in them neither removes them nor shortens how long they are kept.
        Sid       = "DenyWeakening"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action = [
          "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketLogging",
          "s3:PutBucketNotification", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
          "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
          "s3:PutLifecycleConfiguration", "s3:PutObject", "s3:PutReplicationConfiguration",
        ]
        Resource  = [local.log_bucket_arn, "${local.log_bucket_arn}/*"]
        Condition = { ArnEquals = { "aws:PrincipalArn" = roles } }
    } if length(roles) > 0])
  })

  # Last of all, for it refuses what these make.
  depends_on = [
    aws_s3_bucket_versioning.log,
    aws_s3_bucket_server_side_encryption_configuration.log,
    aws_s3_bucket_ownership_controls.log,
    aws_s3_bucket_lifecycle_configuration.log,
  ]
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
