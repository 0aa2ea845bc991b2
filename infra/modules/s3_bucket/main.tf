# A private, versioned bucket, and on request the bucket that takes its access logs.
#
# Everything that S3 keeps in a resource of its own is set here: versioning, encryption with S3's keys, the four
# public-access switches, ownership without ACLs, and a lifecycle that removes noncurrent versions and abandoned
# multipart uploads while current objects stay for ever. Who may do what is the business of the module `bucket_policy`.

locals {
  log_bucket_created = var.logging != null && try(var.logging.create_bucket, false)
  bucket_arn         = "arn:${data.aws_partition.current.partition}:s3:::${var.name}"
  log_bucket_arn     = "arn:${data.aws_partition.current.partition}:s3:::${try(var.logging.bucket, "")}"
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:Replication is a property of production alone and has a module of its own (replication)
  #checkov:skip=CKV_AWS_145:Encryption with S3's own keys (SSE-S3) is the customer's choice; templates hold no personal data
  #checkov:skip=CKV_AWS_18:Logging is optional, because a state bucket exists before there is a bucket to log to
  #checkov:skip=CKV2_AWS_62:Nobody consumes events of this bucket; a notification without a consumer proves nothing
  bucket        = var.name
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    id     = "expire-noncurrent-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.lifecycle_days.noncurrent_versions
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

  # A rule on noncurrent versions means nothing, and S3 refuses it at times, before versioning is on.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.logging == null ? 0 : 1

  bucket        = aws_s3_bucket.this.bucket
  target_bucket = local.log_bucket_created ? aws_s3_bucket.log[0].bucket : var.logging.bucket
  target_prefix = var.logging.prefix

  # Without the policy S3 accepts the setting and then drops every record.
  depends_on = [aws_s3_bucket_policy.log]
}
