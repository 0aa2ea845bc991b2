# Tenants, by id; found by email, by status and by whether they are active.
#
# `activeKey` is the string that stands for the boolean `active` ("true" or "false"), because DynamoDB keys are strings,
# numbers or binaries; infra/schemas/tenants.schema.json says who keeps it in step.

module "table" {
  source = "../../modules/dynamodb_table"

  providers = { aws = aws, aws.replica = aws.replica }

  name                 = "tenants"
  environment          = var.environment
  deletion_protection  = var.deletion_protection
  replicate            = var.replicate
  recovery_period_days = var.recovery_period_days

  attributes = {
    email       = "S"
    status      = "S"
    activeKey   = "S"
    dateCreated = "S"
  }

  indexes = [
    { name = "EmailIndex", partition_key = "email" },
    { name = "TenantStatusIndex", partition_key = "status", sort_key = "dateCreated" },
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
    indexes        = ["EmailIndex", "TenantStatusIndex", "ActiveIndex"]
    replica_region = var.replicate ? var.replica_region : null
  }]
}
