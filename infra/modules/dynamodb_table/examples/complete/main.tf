provider "aws" {
  region = "af-south-1"
}

provider "aws" {
  alias  = "replica"
  region = "eu-west-1"
}

module "tenants" {
  source = "../.."

  providers = { aws = aws, aws.replica = aws.replica }

  name                = "tenants"
  environment         = "dev"
  deletion_protection = false

  attributes = {
    email       = "S"
    activeKey   = "S"
    dateCreated = "S"
  }

  indexes = [
    { name = "EmailIndex", partition_key = "email" },
    { name = "ActiveIndex", partition_key = "activeKey", sort_key = "dateCreated" },
  ]
}

output "arn" {
  description = "ARN of the table."
  value       = module.tenants.arn
}
