provider "aws" {
  region = "af-south-1"
}

provider "aws" {
  alias  = "replica"
  region = "eu-west-1"
}

module "backup" {
  source = "../.."

  providers = { aws = aws, aws.replica = aws.replica }

  environment    = "dev"
  vault_name     = "bbws-tables-dev"
  plan_name      = "bbws-tables-dev-daily"
  role_name      = "bbws-backup-dev"
  frequency      = "daily"
  selection_tags = { BackupPolicy = "daily", Component = "dynamodb" }
}

output "plan_id" {
  description = "Id of the backup plan."
  value       = module.backup.plan_id
}
