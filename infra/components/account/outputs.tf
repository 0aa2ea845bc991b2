output "deployer_role_arn" {
  description = "ARN of the role that deploys and publishes: the pipeline's secret AWS_ROLE_DEV, _SIT or _PROD."
  value       = module.access.deployer_role_arn
}

output "planner_role_arn" {
  description = "ARN of the role that plans: the pipeline's secret AWS_PLAN_ROLE_DEV, _SIT or _PROD."
  value       = module.access.planner_role_arn
}

output "auditor_role_arn" {
  description = "ARN of the role that looks at the whole account: the pipeline's secret AWS_AUDIT_ROLE_DEV, _SIT or _PROD."
  value       = module.access.auditor_role_arn
}

output "pruner_role_arn" {
  description = "ARN of the role that deletes old releases: the pipeline's secret AWS_PRUNE_ROLE_DEV, _SIT or _PROD."
  value       = module.access.pruner_role_arn
}

output "reader_policy_arn" {
  description = "ARN of the policy to attach to a Lambda that sends mail."
  value       = module.access.reader_policy_arn
}

output "alarm_topic_arn" {
  description = "ARN of the topic that takes the alarms."
  value       = module.monitoring.topic_arn
}

output "replica_alarm_topic_arn" {
  description = "ARN of the topic that takes the alarms of the second region; null without copies."
  value       = one(module.replica_monitoring[*].topic_arn)
}

output "table_key_aliases" {
  description = "Names of the keys of the tables."
  value       = { for table, key in module.table_key : table => key.alias }
}

output "backup_vault_arn" {
  description = "ARN of the backup vault."
  value       = module.backup.vault_arn
}

output "backup_copy_vault_arn" {
  description = "ARN of the vault of the copies; null without copies."
  value       = module.backup.copy_vault_arn
}

output "backup_role_arn" {
  description = "ARN of the role that a restore asks for."
  value       = module.backup.role_arn
}
