environment    = "sit"
account_id     = "815856636111"
region         = "af-south-1"
replica_region = "eu-west-1"

bucket_name   = "bbws-templates-sit"
force_destroy = false
backup_policy = "daily"

log_bucket = {
  name   = "bbws-logs-sit"
  prefix = "s3-access-logs/templates/"
}

lifecycle_days = {
  noncurrent_versions = 90
  multipart_uploads   = 7
}

reader_role_names = [
  "2-1-bbws-order-lambda-role-sit",
  "2-1-bbws-payment-lambda-role-sit",
  "2-1-bbws-tenant-lambda-role-sit",
]
deployer_role_name = "bbws-terraform-deployer-sit"
pruner_role_name   = "bbws-templates-pruner-sit"

guard            = true
monitoring_level = "enhanced"
alarm_topic_name = "bbws-alarms-sit"
