provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }

  # The table is given it last, by a resource of its own.
  ignore_tags {
    keys = ["Guarded"]
  }
}

provider "aws" {
  alias  = "replica"
  region = var.replica_region

  default_tags {
    tags = local.tags
  }

  # The table is given it last, by a resource of its own.
  ignore_tags {
    keys = ["Guarded"]
  }
}

# Says so early when the credentials belong to another account. What stops the run is the state bucket, which only the
# environment's own account can read, and `make infra-plan`, which compares the two before it starts Terraform.
data "aws_caller_identity" "current" {}

check "credentials_belong_to_the_environment" {
  assert {
    condition     = data.aws_caller_identity.current.account_id == var.account_id
    error_message = "These credentials belong to account ${data.aws_caller_identity.current.account_id}, but ${var.environment} is account ${var.account_id}: take the credentials of ${var.environment}."
  }
}
