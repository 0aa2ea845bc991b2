environment   = "sit"
account_id    = "815856636111"
region        = "af-south-1"
backup_policy = "daily"

state_bucket_name     = "bbws-terraform-state-sit"
state_log_bucket_name = "bbws-terraform-state-logs-sit"
lock_table_name       = "terraform-state-lock-sit"
deletion_protection   = false
