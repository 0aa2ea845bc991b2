mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "536580886816" }
  }
}

variables {
  name        = "bbws-templates-dev"
  environment = "dev"
  logging     = { bucket = "bbws-logs-dev", prefix = "s3-access-logs/templates/" }
}

run "is_private_versioned_and_encrypted" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "The bucket must be versioned."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "The bucket must be encrypted with S3's keys."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "All four public-access switches must be on."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "ACLs must be off."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy == false
    error_message = "Objects must not be deleted with the bucket unless asked for."
  }
}

run "keeps_current_versions_and_expires_the_others" {
  command = plan

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : one(rule.noncurrent_version_expiration).noncurrent_days if rule.id == "expire-noncurrent-versions"] == [90]
    error_message = "Noncurrent versions expire after 90 days."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : one(rule.abort_incomplete_multipart_upload).days_after_initiation if rule.id == "abort-multipart-uploads"] == [7]
    error_message = "Abandoned multipart uploads are aborted after 7 days."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : length(rule.expiration) == 0])
    error_message = "No rule may expire current versions."
  }
}

run "makes_its_log_bucket" {
  command = plan

  assert {
    condition     = aws_s3_bucket.log[0].bucket == "bbws-logs-dev" && aws_s3_bucket_logging.this[0].target_prefix == "s3-access-logs/templates/"
    error_message = "Logs go to the bucket and prefix that were asked for."
  }

  assert {
    condition     = strcontains(aws_s3_bucket_policy.log[0].policy, "logging.s3.amazonaws.com")
    error_message = "S3's log delivery must be let in."
  }
}

run "uses_a_log_bucket_that_is_there" {
  command = plan

  variables {
    logging = { bucket = "bbws-logs-dev", prefix = "s3-access-logs/templates/", create_bucket = false }
  }

  assert {
    condition     = length(aws_s3_bucket.log) == 0 && aws_s3_bucket_logging.this[0].target_bucket == "bbws-logs-dev"
    error_message = "An existing log bucket is used, not made."
  }
}

run "uses_any_folder_of_a_log_bucket" {
  command = plan

  variables {
    logging = { bucket = "acme-central-logs", prefix = "templates/", create_bucket = false }
  }

  assert {
    condition     = aws_s3_bucket_logging.this[0].target_bucket == "acme-central-logs" && aws_s3_bucket_logging.this[0].target_prefix == "templates/"
    error_message = "Logs go to the folder of the central log bucket that was asked for."
  }
}

run "lets_logs_be_written_where_they_go" {
  command = plan

  variables {
    logging = { bucket = "bbws-logs-dev", prefix = "t/" }
  }

  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.log[0].policy).Statement : statement.Resource if statement.Effect == "Allow"] == ["arn:aws:s3:::bbws-logs-dev/t/*"]
    error_message = "S3 may write below the prefix, whatever it is, and nowhere else."
  }
}

run "does_without_logs" {
  command = plan

  variables {
    logging = null
  }

  assert {
    condition     = length(aws_s3_bucket.log) == 0 && length(aws_s3_bucket_logging.this) == 0
    error_message = "Without logging nothing of it is made."
  }
}

run "refuses_a_name_that_s3_refuses" {
  command         = plan
  expect_failures = [var.name]

  variables {
    name = "Bbws_Templates"
  }
}

run "refuses_to_destroy_production" {
  command         = plan
  expect_failures = [var.force_destroy]

  variables {
    environment   = "prod"
    force_destroy = true
  }
}

run "refuses_days_out_of_range" {
  command         = plan
  expect_failures = [var.lifecycle_days]

  variables {
    lifecycle_days = { noncurrent_versions = 0 }
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }

  assert {
    condition     = output.bucket == "bbws-templates-dev"
    error_message = "The example plans the bucket."
  }
}
