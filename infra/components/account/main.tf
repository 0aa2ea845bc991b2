# What an environment's account needs once: GitHub's way in, the keys of the tables, the budget, the topics of all
# alarms, the backups, and that nothing in S3 is public.
#
# An administrator applies this component, never the pipeline: a role must not be able to widen itself, and whoever can
# change tables must not be able to remove their backups.

module "access" {
  source = "../../modules/access"

  environment          = var.environment
  name_prefix          = var.name_prefix
  account_id           = var.account_id
  region               = var.region
  replica_region       = var.replicate ? var.replica_region : var.region
  github               = var.github
  create_oidc_provider = var.create_oidc_provider
  planner_role_name    = var.planner_role_name
  auditor_role_name    = var.auditor_role_name
  deployer_role_name   = var.deployer_role_name
  pruner_role_name     = var.pruner_role_name
  reader_policy_name   = var.reader_policy_name
  boundary_policy_name = var.boundary_policy_name
  template_buckets     = var.template_buckets
  log_buckets          = var.log_buckets
  tables               = var.tables
  made_role_names      = var.made_role_names
  allow_destroy        = var.allow_destroy
  state                = var.state
  kept_tags            = { BackupPolicy = var.backup_policy, Component = "dynamodb" }

  tags = { Component = "s3" }
}

# No bucket of the account is public, and no bucket policy and no ACL that anybody writes can make one so.
resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Whoever may make and tag keys could take over one that is there. So an administrator makes them, and a table finds its
# own by name.
module "table_key" {
  source   = "../../modules/table_key"
  for_each = toset(var.tables)

  providers = { aws = aws, aws.replica = aws.replica }

  table       = each.value
  name_prefix = var.name_prefix
  replicate   = var.replicate
  protected   = !var.allow_destroy
}

module "backup" {
  source = "../../modules/backup"

  providers = { aws = aws, aws.replica = aws.replica }

  environment         = var.environment
  vault_name          = var.backup.vault_name
  plan_name           = var.backup.plan_name
  role_name           = var.backup.role_name
  frequency           = var.backup_policy
  retention_days      = var.backup.retention_days
  copy                = var.replicate
  force_destroy       = var.backup.force_destroy
  selection_tags      = { BackupPolicy = var.backup_policy, Component = "dynamodb" }
  recovery_point_tags = local.tags

  lock                    = var.backup.lock
  other_account_vault_arn = var.backup.other_account_vault_arn
}

module "monitoring" {
  source = "../../modules/monitoring"

  environment     = var.environment
  name_prefix     = var.name_prefix
  level           = var.monitoring_level
  watch_backups   = true
  sending_buckets = var.template_buckets

  backup = {
    vault_name = module.backup.vault_name
    frequency  = var.backup_policy
  }

  topic = {
    name   = var.alarm_topic_name
    emails = var.alert_emails
  }

  budget = {
    name             = var.budget.name
    limit_usd        = var.budget.limit_usd
    actual_percent   = var.budget.actual_percent
    forecast_percent = var.budget.forecast_percent
    emails           = var.alert_emails
  }
}

# CloudWatch sends to a topic of its own region, so the copies have one too.
module "replica_monitoring" {
  source = "../../modules/monitoring"
  count  = var.replicate ? 1 : 0

  providers = { aws = aws.replica }

  environment     = var.environment
  name_prefix     = var.name_prefix
  level           = var.monitoring_level
  watch_backups   = true
  sending_buckets = var.template_buckets

  topic = {
    name   = var.alarm_topic_name
    emails = var.alert_emails
  }
}
