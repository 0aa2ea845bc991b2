provider "aws" {
  region = "af-south-1"
}

module "bucket" {
  source = "../../../s3_bucket"

  name        = "bbws-templates-dev"
  environment = "dev"
}

module "bucket_policy" {
  source = "../.."

  bucket     = module.bucket.name
  account_id = "536580886816"
  readers    = ["arn:aws:iam::536580886816:role/2-1-bbws-order-lambda-role-dev"]
  writers    = ["arn:aws:iam::536580886816:role/bbws-terraform-deployer-dev"]
  pruners    = ["arn:aws:iam::536580886816:role/bbws-templates-pruner-dev"]
}

output "statement_ids" {
  description = "Sids of the statements."
  value       = module.bucket_policy.statement_ids
}
