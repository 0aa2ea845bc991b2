mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "093646564004" }
  }
  mock_data "aws_region" {
    defaults = { name = "af-south-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:af-south-1:093646564004:key/11111111-2222-3333-4444-555555555555" }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:af-south-1:093646564004:table/tenants" }
  }
}

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  alias = "replica"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "093646564004" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:af-south-1:093646564004:key/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  name                = "tenants"
  environment         = "prod"
  deletion_protection = true
  replicate           = true
  attributes          = { email = "S" }
  indexes             = [{ name = "EmailIndex", partition_key = "email" }]
}

run "production" {
  command = apply

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES"
    error_message = "On demand, with a stream of both images."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.point_in_time_recovery).enabled && one(aws_dynamodb_table.this.point_in_time_recovery).recovery_period_in_days == 35
    error_message = "Point-in-time recovery reaches back 35 days."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.server_side_encryption).kms_key_arn == output.key_arn
    error_message = "The table is encrypted with its own, rotated key."
  }

  assert {
    condition     = aws_dynamodb_table_replica.this[0].point_in_time_recovery && aws_dynamodb_table_replica.this[0].deletion_protection_enabled && aws_dynamodb_table_replica.this[0].kms_key_arn == module.key[0].replica_arn
    error_message = "The replica is protected, recoverable and encrypted with a key of its region."
  }
}

run "a_name_with_dots" {
  command = plan

  variables {
    name = "tenants.v2"
  }

  assert {
    condition     = module.key[0].alias == "alias/bbws-dynamodb-tenants-v2"
    error_message = "A table's name may hold dots, an alias of KMS may not."
  }
}

run "elsewhere" {
  command = plan

  variables {
    environment         = "dev"
    deletion_protection = false
    replicate           = false
  }

  assert {
    condition     = length(aws_dynamodb_table_replica.this) == 0 && module.key[0].replica_arn == null
    error_message = "Without replication nothing is made in the second region."
  }
}

run "a_table_without_sort_key" {
  command = plan

  variables {
    partition_key = { name = "LockID" }
    sort_key      = null
    attributes    = {}
    indexes       = []
  }

  assert {
    condition     = aws_dynamodb_table.this.hash_key == "LockID" && aws_dynamodb_table.this.range_key == null
    error_message = "A table may have a partition key alone."
  }
}

run "refuses_production_without_protection" {
  command         = plan
  expect_failures = [var.deletion_protection]

  variables {
    deletion_protection = false
  }
}

run "refuses_production_without_replica" {
  command         = plan
  expect_failures = [var.replicate]

  variables {
    replicate = false
  }
}

run "refuses_a_recovery_period_out_of_range" {
  command         = plan
  expect_failures = [var.recovery_period_days]

  variables {
    recovery_period_days = 36
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }
}
