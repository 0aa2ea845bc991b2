mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "093646564004" }
  }
  mock_data "aws_region" {
    defaults = { name = "af-south-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:af-south-1:093646564004:key/11111111-2222-3333-4444-555555555555" }
  }
  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:af-south-1:093646564004:backup-vault:bbws-tables-prod" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::093646564004:role/bbws-backup-prod" }
  }
}

mock_provider "aws" {
  alias = "replica"

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:093646564004:key/11111111-2222-3333-4444-555555555555" }
  }
  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:eu-west-1:093646564004:backup-vault:bbws-tables-prod" }
  }
}

variables {
  environment    = "prod"
  vault_name     = "bbws-tables-prod"
  plan_name      = "bbws-tables-prod-hourly"
  role_name      = "bbws-backup-prod"
  frequency      = "hourly"
  copy           = true
  selection_tags = { BackupPolicy = "hourly", Component = "dynamodb" }
}

run "production" {
  command = apply

  assert {
    condition     = one(aws_backup_plan.this.rule).schedule == "cron(0 * * * ? *)" && one(one(aws_backup_plan.this.rule).lifecycle).delete_after == 90
    error_message = "Every hour, kept for 90 days."
  }

  assert {
    condition     = one(one(aws_backup_plan.this.rule).copy_action).destination_vault_arn == aws_backup_vault.copy[0].arn && one(one(one(aws_backup_plan.this.rule).copy_action).lifecycle).delete_after == 90
    error_message = "Copied to the second region for as long."
  }

  assert {
    condition     = { for entry in one(aws_backup_selection.this.condition).string_equals : entry.key => entry.value } == { "aws:ResourceTag/BackupPolicy" = "hourly", "aws:ResourceTag/Component" = "dynamodb" }
    error_message = "Tables are selected by both tags."
  }
}

run "elsewhere" {
  command = plan

  variables {
    environment    = "dev"
    plan_name      = "bbws-tables-dev-daily"
    frequency      = "daily"
    copy           = false
    selection_tags = { BackupPolicy = "daily" }
  }

  assert {
    condition     = one(aws_backup_plan.this.rule).schedule == "cron(0 2 * * ? *)" && length(one(aws_backup_plan.this.rule).copy_action) == 0 && length(aws_backup_vault.copy) == 0
    error_message = "At 02:00 UTC, without copies."
  }
}

run "refuses_daily_backups_of_production" {
  command         = plan
  expect_failures = [var.frequency]

  variables {
    frequency = "daily"
  }
}

run "refuses_production_without_copies" {
  command         = plan
  expect_failures = [var.copy]

  variables {
    copy = false
  }
}

run "refuses_retention_out_of_range" {
  command         = plan
  expect_failures = [var.retention_days]

  variables {
    retention_days = 3
  }
}

run "refuses_to_select_everything" {
  command         = plan
  expect_failures = [var.selection_tags]

  variables {
    selection_tags = {}
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }
}
