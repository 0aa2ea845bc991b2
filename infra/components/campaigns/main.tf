# Campaigns, by code; found by product and by whether they are active, in the order of their first day or of
# their creation.
#
# `activeKey` is the string that stands for the boolean `active` ("true" or "false"), because DynamoDB keys are strings,
# numbers or binaries; infra/schemas/campaigns.schema.json says who keeps it in step.

module "table" {
  source = "../../modules/dynamodb_table"

  providers = { aws = aws, aws.replica = aws.replica }

  name                 = "campaigns"
  environment          = var.environment
  deletion_protection  = var.deletion_protection
  replicate            = var.replicate
  recovery_period_days = var.recovery_period_days

  attributes = {
    activeKey   = "S"
    productId   = "S"
    fromDate    = "S"
    dateCreated = "S"
  }

  indexes = [
    { name = "CampaignActiveIndex", partition_key = "activeKey", sort_key = "fromDate" },
    { name = "CampaignProductIndex", partition_key = "productId", sort_key = "fromDate" },
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
    indexes        = ["CampaignActiveIndex", "CampaignProductIndex", "ActiveIndex"]
    replica_region = var.replicate ? var.replica_region : null
  }]
}
