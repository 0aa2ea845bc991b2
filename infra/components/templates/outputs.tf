output "bucket_name" {
  description = "Name of the bucket: TEMPLATE_BUCKET_NAME of the Lambdas."
  value       = module.bucket.name
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = module.bucket.arn
}

output "log_bucket_name" {
  description = "Name of the bucket that takes the access logs."
  value       = module.bucket.log_bucket_name
}

output "replica_bucket_name" {
  description = "Name of the copy, TEMPLATE_BUCKET_NAME during a failover; null without one."
  value       = one(module.replica[*].name)
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = module.monitoring.alarm_names
}
