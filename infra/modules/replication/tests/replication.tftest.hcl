mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::093646564004:role/bbws-templates-replication-prod" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "093646564004" }
  }
}

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  alias = "replica"
}

variables {
  source_bucket      = "bbws-templates-prod"
  destination_bucket = "bbws-templates-prod-dr-eu-west-1"
  account_id         = "093646564004"
  role_name          = "bbws-templates-replication-prod"
}

run "copies_everything_in_time" {
  command = plan

  assert {
    condition     = one(aws_s3_bucket_replication_configuration.this.rule).delete_marker_replication[0].status == "Enabled"
    error_message = "Delete markers are copied."
  }

  assert {
    condition     = one(one(aws_s3_bucket_replication_configuration.this.rule).destination).replication_time[0].time[0].minutes == 15
    error_message = "S3 answers for the copy within 15 minutes."
  }

  assert {
    condition     = one(one(aws_s3_bucket_replication_configuration.this.rule).destination).metrics[0].status == "Enabled"
    error_message = "Metrics are on, for the alarms."
  }

  assert {
    condition     = one(one(aws_s3_bucket_replication_configuration.this.rule).destination).bucket == "arn:aws:s3:::bbws-templates-prod-dr-eu-west-1"
    error_message = "The copy goes to the replica."
  }
}

run "the_role_serves_this_bucket_only" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:s3:::bbws-templates-prod"
    error_message = "Only this bucket's replication may take the role."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : alltrue([for resource in statement.Resource : startswith(resource, "arn:aws:s3:::bbws-templates-prod")])])
    error_message = "The role reaches these two buckets only."
  }
}

run "refuses_to_copy_a_bucket_onto_itself" {
  command         = plan
  expect_failures = [var.destination_bucket]

  variables {
    destination_bucket = "bbws-templates-prod"
  }
}

run "refuses_a_time_that_s3_does_not_offer" {
  command         = plan
  expect_failures = [var.replication_time_minutes]

  variables {
    replication_time_minutes = 30
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }
}
