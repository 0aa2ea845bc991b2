environment    = "prod"
account_id     = "093646564004"
region         = "af-south-1"
replica_region = "eu-west-1"

bucket_name   = "bbws-templates-prod"
force_destroy = false
backup_policy = "hourly"

log_bucket = {
  name   = "bbws-logs-prod"
  prefix = "s3-access-logs/templates/"
}

lifecycle_days = {
  noncurrent_versions = 90
  multipart_uploads   = 7
}

replica = {
  bucket_name          = "bbws-templates-prod-dr-eu-west-1"
  log_bucket_name      = "bbws-logs-prod-dr-eu-west-1"
  role_name            = "bbws-templates-replication-prod"
  boundary_policy_name = "bbws-deployer-boundary-prod"
}

reader_role_names = [
  "2-1-bbws-order-lambda-role-prod",
  "2-1-bbws-payment-lambda-role-prod",
  "2-1-bbws-tenant-lambda-role-prod",
]
deployer_role_name = "bbws-terraform-deployer-prod"
pruner_role_name   = "bbws-templates-pruner-prod"

guard            = true
monitoring_level = "comprehensive"
alarm_topic_name = "bbws-alarms-prod"
