# Backups of every DynamoDB table that carries the tag: an encrypted vault, a daily or an hourly plan, and on request
# a copy of every recovery point in a vault in another region.
#
# Point-in-time recovery (module `dynamodb_table`) undoes the mistakes of the last 35 days; these backups reach back
# further and survive the loss of the table and, where copied, of the region. Copies to another region need AWS Backup's
# advanced features for DynamoDB, which accounts made since November 2021 have switched on; the verifier looks.

locals {
  schedules = {
    daily  = "cron(0 2 * * ? *)"
    hourly = "cron(0 * * * ? *)"
  }
}

resource "aws_kms_key" "this" {
  description             = "Encrypts the backups in the vault ${var.vault_name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
  tags                    = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.vault_name}"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_backup_vault" "this" {
  name          = var.vault_name
  kms_key_arn   = aws_kms_key.this.arn
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_kms_key" "copy" {
  count    = var.copy ? 1 : 0
  provider = aws.replica

  description             = "Encrypts the copied backups in the vault ${var.vault_name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
  tags                    = var.tags
}

resource "aws_kms_alias" "copy" {
  count    = var.copy ? 1 : 0
  provider = aws.replica

  name          = "alias/${var.vault_name}"
  target_key_id = aws_kms_key.copy[0].key_id
}

resource "aws_backup_vault" "copy" {
  count    = var.copy ? 1 : 0
  provider = aws.replica

  name          = var.vault_name
  kms_key_arn   = aws_kms_key.copy[0].arn
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_backup_plan" "this" {
  name = var.plan_name
  tags = var.tags

  rule {
    rule_name                    = var.frequency
    target_vault_name            = aws_backup_vault.this.name
    schedule                     = local.schedules[var.frequency]
    schedule_expression_timezone = "Etc/UTC"
    start_window                 = 60
    completion_window            = 180
    recovery_point_tags          = var.recovery_point_tags

    lifecycle {
      delete_after = var.retention_days
    }

    dynamic "copy_action" {
      for_each = aws_backup_vault.copy

      content {
        destination_vault_arn = copy_action.value.arn

        lifecycle {
          delete_after = var.retention_days
        }
      }
    }

    # In an account of its own, out of reach of whoever administers this one.
    dynamic "copy_action" {
      for_each = compact([var.other_account_vault_arn])

      content {
        destination_vault_arn = copy_action.value

        lifecycle {
          delete_after = var.retention_days
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = "${var.plan_name}-tables"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn
  resources    = ["arn:${data.aws_partition.current.partition}:dynamodb:*:*:table/*"]

  # Both must hold. The bucket carries the same tag, but S3 keeps its own versions.
  condition {
    dynamic "string_equals" {
      for_each = var.selection_tags

      content {
        key   = "aws:ResourceTag/${string_equals.key}"
        value = string_equals.value
      }
    }
  }

  depends_on = [aws_iam_role_policy_attachment.this]
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "AllowTheAccountToManage"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
      }], [for account in local.other_accounts : {
      # AWS Backup reads with this key there what it copies there.
      Sid       = "AllowTheOtherAccountToCopy"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${account}:root" }
      Action    = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey"]
      Resource  = "*"
      }], [for actions in [["kms:ScheduleKeyDeletion", "kms:DisableKey"]] : {
      # Backups without their key are lost. Whoever means it changes this policy first.
      Sid       = "DenyDestruction"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = actions
      Resource  = "*"
    } if !var.force_destroy])
  })
}

resource "aws_iam_role" "this" {
  name                 = var.role_name
  description          = "Lets AWS Backup back up and restore the tables"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowAwsBackup"
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

# AWS keeps these two in step with what Backup needs; a copy of ours would fall behind.
resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])

  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/${each.value}"
}
