# Campaigns, by code; found by product and by whether they are active, in the order of their first day or of
# their creation.
#
# `activeKey` is the string that stands for the boolean `active` ("true" or "false"), because DynamoDB keys are strings,
# numbers or binaries; infra/schemas/campaigns.schema.json says who keeps it in step.

# The component `account` has made the keys; here they are found by their names.
data "aws_kms_alias" "table" {
  name = "alias/${var.name_prefix}-dynamodb-campaigns"
}

data "aws_kms_alias" "replica" {
  count    = var.replicate ? 1 : 0
  provider = aws.replica

  name = "alias/${var.name_prefix}-dynamodb-campaigns"
}

data "aws_partition" "current" {}

module "table" {
  source = "../../modules/dynamodb_table"

  providers = { aws = aws, aws.replica = aws.replica }

  name                 = "campaigns"
  environment          = var.environment
  deletion_protection  = var.deletion_protection
  replicate            = var.replicate
  recovery_period_days = var.recovery_period_days
  guard                = var.guard

  keys = {
    table   = data.aws_kms_alias.table.target_key_arn
    replica = one(data.aws_kms_alias.replica[*].target_key_arn)
  }

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
  name_prefix     = var.name_prefix
  level           = var.monitoring_level
  alarm_topic_arn = "arn:${data.aws_partition.current.partition}:sns:${var.region}:${var.account_id}:${var.alarm_topic_name}"

  tables = [{
    name           = module.table.name
    indexes        = ["CampaignActiveIndex", "CampaignProductIndex", "ActiveIndex"]
    replica_region = var.replicate ? var.replica_region : null
  }]
}

# The replica serves on its own while the first region is away, so it is watched from its own region.
module "replica_monitoring" {
  source = "../../modules/monitoring"
  count  = var.replicate ? 1 : 0

  providers = { aws = aws.replica }

  environment     = var.environment
  name_prefix     = var.name_prefix
  level           = var.monitoring_level
  alarm_topic_arn = "arn:${data.aws_partition.current.partition}:sns:${var.replica_region}:${var.account_id}:${var.alarm_topic_name}"

  tables = [{
    name    = module.table.name
    indexes = ["CampaignActiveIndex", "CampaignProductIndex", "ActiveIndex"]
  }]
}
