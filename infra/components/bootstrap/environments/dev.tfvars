environment   = "dev"
account_id    = "536580886816"
region        = "af-south-1"
backup_policy = "daily"

state_bucket_name     = "bbws-terraform-state-dev"
state_log_bucket_name = "bbws-terraform-state-logs-dev"
lock_table_name       = "terraform-state-lock-dev"
deletion_protection   = false
