provider "aws" {
  region = "af-south-1"
}

module "monitoring" {
  source = "../.."

  environment   = "dev"
  level         = "basic"
  watch_backups = true

  topic  = { name = "bbws-alarms-dev", emails = ["support@kimmyai.io"] }
  budget = { name = "bbws-dev-monthly", limit_usd = 500 }
  tables = [{ name = "tenants", indexes = ["EmailIndex", "ActiveIndex"] }]
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = module.monitoring.alarm_names
}
