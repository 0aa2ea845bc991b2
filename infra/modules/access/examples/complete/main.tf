provider "aws" {
  region = "af-south-1"
}

module "access" {
  source = "../.."

  environment    = "dev"
  account_id     = "536580886816"
  region         = "af-south-1"
  replica_region = "af-south-1"

  github = {
    repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
    planner_subjects  = ["ref:refs/heads/main"]
    auditor_subjects  = ["environment:dev-audit"]
    deployer_subjects = ["environment:dev"]
    pruner_subjects   = ["environment:dev-prune"]
  }

  planner_role_name    = "bbws-terraform-planner-dev"
  auditor_role_name    = "bbws-terraform-auditor-dev"
  deployer_role_name   = "bbws-terraform-deployer-dev"
  pruner_role_name     = "bbws-templates-pruner-dev"
  reader_policy_name   = "bbws-templates-reader-dev"
  boundary_policy_name = "bbws-deployer-boundary-dev"

  template_buckets = ["bbws-templates-dev"]
  log_buckets      = ["bbws-logs-dev"]
  tables           = ["tenants", "products", "campaigns"]

  state = {
    bucket       = "bbws-terraform-state-dev"
    lock_table   = "terraform-state-lock-dev"
    key_prefixes = ["2_1_bbws_dynamodb_schemas/", "2_1_bbws_s3_schemas/"]
  }

  allow_destroy = true
}

output "deployer_role_arn" {
  description = "Role that deploys and publishes."
  value       = module.access.deployer_role_arn
}
