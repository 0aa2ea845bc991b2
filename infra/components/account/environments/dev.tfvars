environment    = "dev"
account_id     = "536580886816"
region         = "af-south-1"
replica_region = "eu-west-1"
replicate      = false
backup_policy  = "daily"

github = {
  repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
  planner_subjects  = ["ref:refs/heads/main"]
  auditor_subjects  = ["environment:dev-audit"]
  deployer_subjects = ["environment:dev"]
  pruner_subjects   = ["environment:dev-prune"]

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

planner_role_name    = "bbws-terraform-planner-dev"
auditor_role_name    = "bbws-terraform-auditor-dev"
deployer_role_name   = "bbws-terraform-deployer-dev"
pruner_role_name     = "bbws-templates-pruner-dev"
reader_policy_name   = "bbws-templates-reader-dev"
boundary_policy_name = "bbws-deployer-boundary-dev"

template_buckets = ["bbws-templates-dev"]
log_buckets      = ["bbws-logs-dev"]
tables           = ["tenants", "products", "campaigns"]
made_role_names  = []
allow_destroy    = true

state = {
  bucket       = "bbws-terraform-state-dev"
  lock_table   = "terraform-state-lock-dev"
  key_prefixes = ["2_1_bbws_dynamodb_schemas/", "2_1_bbws_s3_schemas/"]

  administrators_keys = ["2_1_bbws_account/", "2_1_bbws_bootstrap/"]
}

backup = {
  vault_name     = "bbws-tables-dev"
  plan_name      = "bbws-tables-dev-daily"
  role_name      = "bbws-backup-dev"
  retention_days = 90
  force_destroy  = true
}

budget = {
  name             = "bbws-dev-monthly"
  limit_usd        = 500
  actual_percent   = 80
  forecast_percent = 100
}

alert_emails     = ["support@kimmyai.io"]
monitoring_level = "basic"
alarm_topic_name = "bbws-alarms-dev"
