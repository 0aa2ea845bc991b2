provider "aws" {
  region = "af-south-1"
}

provider "aws" {
  alias  = "replica"
  region = "eu-west-1"
}

module "bucket" {
  source = "../../../s3_bucket"

  name        = "bbws-templates-prod"
  environment = "prod"
}

module "replica" {
  source = "../../../s3_bucket"

  providers = { aws = aws.replica }

  name        = "bbws-templates-prod-dr-eu-west-1"
  environment = "prod"
}

module "replication" {
  source = "../.."

  source_bucket      = module.bucket.name
  destination_bucket = module.replica.name
  account_id         = "093646564004"
  role_name          = "bbws-templates-replication-prod"
}

output "role_arn" {
  description = "Role that S3 takes to copy."
  value       = module.replication.role_arn
}
