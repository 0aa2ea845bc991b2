# What an environment's account needs once: GitHub's way in, the budget, the topic of all alarms, and the backups.
#
# An administrator applies this component, never the pipeline: a role must not be able to widen itself, and whoever can
# change tables must not be able to remove their backups.

module "access" {
  source = "../../modules/access"

  environment          = var.environment
  account_id           = var.account_id
  region               = var.region
  replica_region       = var.replicate ? var.replica_region : var.region
  github               = var.github
  create_oidc_provider = var.create_oidc_provider
  planner_role_name    = var.planner_role_name
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

  tags = { Component = "s3" }
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
}

module "monitoring" {
  source = "../../modules/monitoring"

  environment   = var.environment
  level         = var.monitoring_level
  watch_backups = true

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
