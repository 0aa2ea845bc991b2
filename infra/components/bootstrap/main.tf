# The bucket and the lock table that hold every component's Terraform state, this one's included, and the bucket of the
# access logs.
#
# An administrator applies this first, once per account, with `make infra-bootstrap ENV=...`: the state is kept in a
# local file until the bucket exists, and moved into it then. Both survive `terraform destroy` of everything else.

module "bucket" {
  source = "../../modules/s3_bucket"

  name        = var.state_bucket_name
  environment = var.environment

  lifecycle_days = { noncurrent_versions = var.state_versions_days }

  logging = {
    bucket = var.state_log_bucket_name
    prefix = "s3-access-logs/state/"
  }
}

# State holds no releases, so there is nothing here that only a pruner may delete. Nobody deletes the bucket or an older
# state: whoever means it changes this policy first. (`prevent_destroy` would only stop Terraform, and takes no variable.)
module "bucket_policy" {
  source = "../../modules/bucket_policy"

  bucket              = module.bucket.settled_name
  account_id          = var.account_id
  protected           = true
  immutable_prefixes  = []
  prunable_prefixes   = []
  pointer_keys        = []
  stable_key_patterns = []
}

resource "aws_dynamodb_table" "lock" {
  #checkov:skip=CKV_AWS_119:The table holds lock ids and checksums only; DynamoDB's own key protects it well enough
  name                        = var.lock_table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "LockID"
  deletion_protection_enabled = var.deletion_protection
  tags                        = { Component = "dynamodb" }

  attribute {
    name = "LockID"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}
