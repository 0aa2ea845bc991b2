# Copies every new version and every delete marker of a bucket to a bucket in another region.
#
# Replication time control makes S3 answer for 99.99 % of the objects within 15 minutes, which is the recovery point of
# the design, and publishes the metrics that the alarms of the module `monitoring` watch. Objects that were there before
# the rule are not copied: run an S3 Batch Replication job once if there are any. Both buckets must be versioned.

data "aws_partition" "current" {}

locals {
  source_arn      = "arn:${data.aws_partition.current.partition}:s3:::${var.source_bucket}"
  destination_arn = "arn:${data.aws_partition.current.partition}:s3:::${var.destination_bucket}"
}

resource "aws_iam_role" "this" {
  name                 = var.role_name
  description          = "Lets S3 copy ${var.source_bucket} to ${var.destination_bucket}"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowS3ToReplicateThisBucket"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnEquals    = { "aws:SourceArn" = local.source_arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "replicate"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadTheSource"
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = [local.source_arn]
      },
      {
        Sid      = "ReadVersionsOfTheSource"
        Effect   = "Allow"
        Action   = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
        Resource = ["${local.source_arn}/*"]
      },
      {
        Sid      = "WriteTheDestination"
        Effect   = "Allow"
        Action   = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
        Resource = ["${local.destination_arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket_replication_configuration" "this" {
  bucket = var.source_bucket
  role   = aws_iam_role.this.arn

  rule {
    id       = "everything"
    priority = 0
    status   = "Enabled"

    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    destination {
      bucket        = local.destination_arn
      storage_class = "STANDARD"

      replication_time {
        status = "Enabled"

        time {
          minutes = var.replication_time_minutes
        }
      }

      metrics {
        status = "Enabled"

        event_threshold {
          minutes = var.replication_time_minutes
        }
      }
    }
  }

  # S3 checks the role's rights when the rule is made.
  depends_on = [aws_iam_role_policy.this]
}
