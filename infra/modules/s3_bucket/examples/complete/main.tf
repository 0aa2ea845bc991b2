provider "aws" {
  region = "af-south-1"
}

module "templates" {
  source = "../.."

  name          = "bbws-templates-dev"
  environment   = "dev"
  force_destroy = true

  logging = {
    bucket = "bbws-logs-dev"
    prefix = "s3-access-logs/templates/"
  }
}

output "bucket" {
  description = "Name of the bucket."
  value       = module.templates.name
}
