environment    = "dev"
account_id     = "536580886816"
region         = "af-south-1"
replica_region = "eu-west-1"

bucket_name   = "bbws-templates-dev"
force_destroy = true
backup_policy = "daily"

log_bucket = {
  name   = "bbws-logs-dev"
  prefix = "s3-access-logs/templates/"
}

lifecycle_days = {
  noncurrent_versions = 90
  multipart_uploads   = 7
}

reader_role_names = [
  "2-1-bbws-order-lambda-role-dev",
  "2-1-bbws-payment-lambda-role-dev",
  "2-1-bbws-tenant-lambda-role-dev",
]
deployer_role_name = "bbws-terraform-deployer-dev"
pruner_role_name   = "bbws-templates-pruner-dev"

guard            = false
monitoring_level = "basic"
alarm_topic_name = "bbws-alarms-dev"
