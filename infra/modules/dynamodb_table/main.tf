# An on-demand table, encrypted with a key of its own, with point-in-time recovery, a stream of old and new images, and
# in production a replica in another region and protection against deletion.
#
# The keys are given, where they are made by somebody else (module `table_key`), or made here.
#
# The replica is a resource of its own rather than a block of the table: only so does it take tags, point-in-time
# recovery and protection against deletion of its own.

module "gsi" {
  source = "../gsi"

  table_keys = compact([var.partition_key.name, try(var.sort_key.name, null)])
  indexes    = var.indexes
  attributes = merge(
    var.attributes,
    { (var.partition_key.name) = var.partition_key.type },
    var.sort_key == null ? {} : { (var.sort_key.name) = var.sort_key.type },
  )
}

module "key" {
  source = "../table_key"
  count  = var.keys == null ? 1 : 0

  providers = { aws = aws, aws.replica = aws.replica }

  table                = var.name
  name_prefix          = var.name_prefix
  replicate            = var.replicate
  protected            = var.deletion_protection
  deletion_window_days = var.key_deletion_window_days
  tags                 = var.tags
}

locals {
  key_arn         = var.keys == null ? module.key[0].arn : var.keys.table
  replica_key_arn = var.keys == null ? module.key[0].replica_arn : var.keys.replica
}

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  table_class                 = "STANDARD"
  hash_key                    = var.partition_key.name
  range_key                   = try(var.sort_key.name, null)
  deletion_protection_enabled = var.deletion_protection
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  tags                        = var.tags

  dynamic "attribute" {
    for_each = module.gsi.attributes

    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = module.gsi.indexes

    content {
      name               = global_secondary_index.value.name
      hash_key           = global_secondary_index.value.hash_key
      range_key          = global_secondary_index.value.range_key
      projection_type    = global_secondary_index.value.projection_type
      non_key_attributes = global_secondary_index.value.non_key_attributes
    }
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = var.recovery_period_days
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = local.key_arn
  }

  lifecycle {
    # Owned by aws_dynamodb_table_replica below.
    ignore_changes = [replica]
  }
}

resource "aws_dynamodb_table_replica" "this" {
  count    = var.replicate ? 1 : 0
  provider = aws.replica

  global_table_arn            = aws_dynamodb_table.this.arn
  kms_key_arn                 = local.replica_key_arn
  point_in_time_recovery      = true
  deletion_protection_enabled = var.deletion_protection ? true : null
  tags                        = var.tags
}

# Set last, when recovery is on: by this tag the deployer's role is refused to switch recovery off, which is the same
# action as switching it on. The provider must be told to leave the tag out of the table's own:
# `ignore_tags { keys = ["Guarded"] }`.
resource "aws_dynamodb_tag" "guard" {
  count = var.guard ? 1 : 0

  resource_arn = aws_dynamodb_table.this.arn
  key          = "Guarded"
  value        = "true"
}

resource "aws_dynamodb_tag" "guard_replica" {
  count    = var.guard && var.replicate ? 1 : 0
  provider = aws.replica

  resource_arn = aws_dynamodb_table_replica.this[0].arn
  key          = "Guarded"
  value        = "true"
}
