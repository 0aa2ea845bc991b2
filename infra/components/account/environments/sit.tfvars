environment    = "sit"
account_id     = "815856636111"
region         = "af-south-1"
replica_region = "eu-west-1"
replicate      = false
backup_policy  = "daily"

github = {
  repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
  planner_subjects  = ["ref:refs/heads/main"]
  auditor_subjects  = ["environment:sit-audit"]
  deployer_subjects = ["environment:sit"]
  pruner_subjects   = ["environment:sit-prune"]

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

planner_role_name    = "bbws-terraform-planner-sit"
auditor_role_name    = "bbws-terraform-auditor-sit"
deployer_role_name   = "bbws-terraform-deployer-sit"
pruner_role_name     = "bbws-templates-pruner-sit"
reader_policy_name   = "bbws-templates-reader-sit"
boundary_policy_name = "bbws-deployer-boundary-sit"

template_buckets = ["bbws-templates-sit"]
log_buckets      = ["bbws-logs-sit"]
tables           = ["tenants", "products", "campaigns"]
made_role_names  = []
allow_destroy    = false

state = {
  bucket       = "bbws-terraform-state-sit"
  lock_table   = "terraform-state-lock-sit"
  key_prefixes = ["2_1_bbws_dynamodb_schemas/", "2_1_bbws_s3_schemas/"]

  administrators_keys = ["2_1_bbws_account/", "2_1_bbws_bootstrap/"]
}

backup = {
  vault_name     = "bbws-tables-sit"
  plan_name      = "bbws-tables-sit-daily"
  role_name      = "bbws-backup-sit"
  retention_days = 90
  force_destroy  = false
}

budget = {
  name             = "bbws-sit-monthly"
  limit_usd        = 1000
  actual_percent   = 80
  forecast_percent = 100
}

alert_emails     = ["support@kimmyai.io"]
monitoring_level = "enhanced"
alarm_topic_name = "bbws-alarms-sit"
