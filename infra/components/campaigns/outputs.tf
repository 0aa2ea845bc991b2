output "table_name" {
  description = "Name of the table."
  value       = module.table.name
}

output "table_arn" {
  description = "ARN of the table."
  value       = module.table.arn
}

output "stream_arn" {
  description = "ARN of the table's stream."
  value       = module.table.stream_arn
}

output "index_names" {
  description = "Names of the indexes."
  value       = module.table.index_names
}

output "replica_arn" {
  description = "ARN of the replica; null without one."
  value       = module.table.replica_arn
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = module.monitoring.alarm_names
}
