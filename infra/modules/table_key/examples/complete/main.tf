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

  table     = "tenants"
  replicate = true
}

output "alias" {
  description = "Name of the key."
  value       = module.tenants.alias
}
