# The key of a table, and one for the replica in its region. Their policies say what AWS's managed key for DynamoDB
# says: whoever may use the table may use the key through DynamoDB. Without that, every role that reads the table would
# need rights on the key as well.
#
# Keys are made apart from their tables, by an administrator: whoever may make and tag keys may as well take over one
# that is there, and a key that is a second old is not yet known by its tags everywhere. A table finds its key by name.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_region" "replica" {
  provider = aws.replica
}

locals {
  key_tags = merge(var.tags, { Table = var.table })

  # The name of a table may hold dots, that of an alias may not.
  key_alias = "alias/${var.name_prefix}-dynamodb-${replace(var.table, ".", "-")}"

  key_policy = {
    for place, region in { main = data.aws_region.current.name, replica = data.aws_region.replica.name } :
    place => jsonencode({
      Version = "2012-10-17"
      Statement = concat([
        {
          Sid       = "AllowTheAccountToManage"
          Effect    = "Allow"
          Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
          Action    = "kms:*"
          Resource  = "*"
        },
        {
          Sid       = "AllowUseThroughDynamoDB"
          Effect    = "Allow"
          Principal = { AWS = "*" }
          Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
          Resource  = "*"
          Condition = {
            StringEquals = {
              "kms:CallerAccount" = data.aws_caller_identity.current.account_id
              "kms:ViaService"    = "dynamodb.${region}.amazonaws.com"
            }
          }
        },
        ], [for actions in [["kms:ScheduleKeyDeletion", "kms:DisableKey"]] : {
          # A table without its key is lost. Whoever means it changes this policy first.
          Sid       = "DenyDestruction"
          Effect    = "Deny"
          Principal = { AWS = "*" }
          Action    = actions
          Resource  = "*"
      } if var.protected])
    })
  }
}

resource "aws_kms_key" "this" {
  description             = "Encrypts the DynamoDB table ${var.table}"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  policy                  = local.key_policy.main
  tags                    = local.key_tags
}

resource "aws_kms_alias" "this" {
  name          = local.key_alias
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_kms_key" "replica" {
  count    = var.replicate ? 1 : 0
  provider = aws.replica

  description             = "Encrypts the replica of the DynamoDB table ${var.table}"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  policy                  = local.key_policy.replica
  tags                    = local.key_tags
}

resource "aws_kms_alias" "replica" {
  count    = var.replicate ? 1 : 0
  provider = aws.replica

  name          = local.key_alias
  target_key_id = aws_kms_key.replica[0].key_id
}
