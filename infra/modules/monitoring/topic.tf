# The topic of all alarms, encrypted with a key that the senders may use: with AWS's own key for SNS, CloudWatch and
# Budgets could not publish.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  senders = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
  # S3 names the bucket that an event is about, so it is held to the buckets of this account that may send any.
  buckets_of_account = { ArnLike = { "aws:SourceArn" = [for name in var.sending_buckets : "${local.aws}:s3:::${name}"] } }
  aws                = "arn:${data.aws_partition.current.partition}"

  # EventBridge states no source account when it publishes: under a condition on it both policies would refuse it, and
  # the event would be lost without a word. Source: EventBridge User Guide, "Using resource-based policies" (SNS), and
  # SNS Developer Guide, "Key management" (event sources and encrypted topics).
  senders_without_condition = var.watch_backups ? ["events.amazonaws.com"] : []
  same_account = {
    StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
  }
}

resource "aws_kms_key" "topic" {
  count = var.topic == null ? 0 : 1

  description             = "Encrypts the alarms in the topic ${var.topic.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AllowTheAccountToManage"
        Effect    = "Allow"
        Principal = { AWS = "${local.aws}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AllowSendersToEncrypt"
        Effect    = "Allow"
        Principal = { Service = local.senders }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = local.same_account
      },
      ], [for buckets in [var.sending_buckets] : {
        Sid       = "AllowS3ToEncrypt"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = local.same_account
        } if length(buckets) > 0], [for sender in local.senders_without_condition : {
        Sid       = "AllowEventBridgeToEncrypt"
        Effect    = "Allow"
        Principal = { Service = sender }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
    }])
  })
}

resource "aws_kms_alias" "topic" {
  count = var.topic == null ? 0 : 1

  name          = "alias/${var.topic.name}"
  target_key_id = aws_kms_key.topic[0].key_id
}

resource "aws_sns_topic" "this" {
  count = var.topic == null ? 0 : 1

  name              = var.topic.name
  display_name      = "${upper(var.name_prefix)} ${var.environment} alarms"
  kms_master_key_id = aws_kms_key.topic[0].arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "this" {
  count = var.topic == null ? 0 : 1

  arn = aws_sns_topic.this[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AllowSendersToPublish"
        Effect    = "Allow"
        Principal = { Service = local.senders }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
        Condition = local.same_account
      },
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      ], [for buckets in [var.sending_buckets] : {
        Sid       = "AllowS3ToPublish"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
        Condition = merge(local.same_account, local.buckets_of_account)
        } if length(buckets) > 0], [for sender in local.senders_without_condition : {
        Sid       = "AllowEventBridgeToPublish"
        Effect    = "Allow"
        Principal = { Service = sender }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
    }])
  })
}

# Each address must confirm the mail that AWS sends it before it hears of an alarm.
resource "aws_sns_topic_subscription" "email" {
  for_each = var.topic == null ? toset([]) : toset(var.topic.emails)

  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "email"
  endpoint  = each.value
}
