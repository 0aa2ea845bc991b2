# Products, by id; found by whether they are active. The design names two indexes on the same keys: one for
# the catalogue, one that every activatable entity has. Both are kept, as callers name them.
#
# `activeKey` is the string that stands for the boolean `active` ("true" or "false"), because DynamoDB keys are strings,
# numbers or binaries; infra/schemas/products.schema.json says who keeps it in step.

module "table" {
  source = "../../modules/dynamodb_table"

  providers = { aws = aws, aws.replica = aws.replica }

  name                 = "products"
  environment          = var.environment
  deletion_protection  = var.deletion_protection
  replicate            = var.replicate
  recovery_period_days = var.recovery_period_days

  attributes = {
    activeKey   = "S"
    dateCreated = "S"
  }

  indexes = [
    { name = "ProductActiveIndex", partition_key = "activeKey", sort_key = "dateCreated" },
    { name = "ActiveIndex", partition_key = "activeKey", sort_key = "dateCreated" },
  ]
}

module "monitoring" {
  source = "../../modules/monitoring"

  environment     = var.environment
  level           = var.monitoring_level
  alarm_topic_arn = "arn:aws:sns:${var.region}:${var.account_id}:${var.alarm_topic_name}"

  tables = [{
    name           = module.table.name
    indexes        = ["ProductActiveIndex", "ActiveIndex"]
    replica_region = var.replicate ? var.replica_region : null
  }]
}
