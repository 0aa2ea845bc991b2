environment    = "prod"
account_id     = "093646564004"
region         = "af-south-1"
replica_region = "eu-west-1"
replicate      = true
backup_policy  = "hourly"

github = {
  repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
  planner_subjects  = ["ref:refs/heads/main"]
  auditor_subjects  = ["environment:prod-audit"]
  deployer_subjects = ["environment:prod"]
  pruner_subjects   = ["environment:prod-prune"]

  workflows = [
    "apply-infrastructure.yml",
    "detect-drift.yml",
    "plan-infrastructure.yml",
    "promote-templates.yml",
    "prune-templates.yml",
    "publish-templates.yml",
    "rollback-infrastructure.yml",
    "rollback-templates.yml",
    "test-deployment.yml",
  ]
}

planner_role_name    = "bbws-terraform-planner-prod"
auditor_role_name    = "bbws-terraform-auditor-prod"
deployer_role_name   = "bbws-terraform-deployer-prod"
pruner_role_name     = "bbws-templates-pruner-prod"
reader_policy_name   = "bbws-templates-reader-prod"
boundary_policy_name = "bbws-deployer-boundary-prod"

template_buckets = ["bbws-templates-prod", "bbws-templates-prod-dr-eu-west-1"]
log_buckets      = ["bbws-logs-prod", "bbws-logs-prod-dr-eu-west-1"]
tables           = ["tenants", "products", "campaigns"]
made_role_names  = ["bbws-templates-replication-prod"]
allow_destroy    = false

state = {
  bucket       = "bbws-terraform-state-prod"
  lock_table   = "terraform-state-lock-prod"
  key_prefixes = ["2_1_bbws_dynamodb_schemas/", "2_1_bbws_s3_schemas/"]

  administrators_keys = ["2_1_bbws_account/", "2_1_bbws_bootstrap/"]
}

backup = {
  vault_name     = "bbws-tables-prod"
  plan_name      = "bbws-tables-prod-hourly"
  role_name      = "bbws-backup-prod"
  retention_days = 90
  force_destroy  = false
}

budget = {
  name             = "bbws-prod-monthly"
  limit_usd        = 5000
  actual_percent   = 80
  forecast_percent = 100
}

alert_emails     = ["support@kimmyai.io"]
monitoring_level = "comprehensive"
alarm_topic_name = "bbws-alarms-prod"
