environment   = "prod"
account_id    = "093646564004"
region        = "af-south-1"
backup_policy = "hourly"

state_bucket_name     = "bbws-terraform-state-prod"
state_log_bucket_name = "bbws-terraform-state-logs-prod"
lock_table_name       = "terraform-state-lock-prod"
deletion_protection   = true
