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
  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:af-south-1:093646564004:backup-vault:bbws-tables-prod" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::093646564004:role/bbws-backup-prod" }
  }
}

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
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

  assert {
    condition     = alltrue([for lock in concat(aws_backup_vault_lock_configuration.this, aws_backup_vault_lock_configuration.copy) : lock.min_retention_days == 90 && lock.max_retention_days == 365 && lock.changeable_for_days == null]) && length(aws_backup_vault_lock_configuration.copy) == 1
    error_message = "Both vaults keep what is in them for 90 days, by a lock of governance."
  }

  assert {
    condition     = alltrue([for policy in concat(aws_backup_vault_policy.this, aws_backup_vault_policy.copy) : strcontains(policy.policy, "backup:DeleteRecoveryPoint") && !strcontains(policy.policy, "Allow\"")]) && length(aws_backup_vault_policy.copy) == 1
    error_message = "Both vaults refuse the deletion of a recovery point."
  }
}

run "copies_into_another_account" {
  command = plan

  variables {
    other_account_vault_arn = "arn:aws:backup:af-south-1:111122223333:backup-vault:bbws-tables-prod"
  }

  assert {
    condition     = contains([for action in one(aws_backup_plan.this.rule).copy_action : action.destination_vault_arn if action.destination_vault_arn != null], "arn:aws:backup:af-south-1:111122223333:backup-vault:bbws-tables-prod")
    error_message = "A copy out of reach of this account's administrators."
  }

  assert {
    condition     = [for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Principal.AWS if statement.Sid == "AllowTheOtherAccountToCopy"] == ["arn:aws:iam::111122223333:root"]
    error_message = "AWS Backup there reads with the key what it copies."
  }
}

run "a_lock_of_compliance" {
  command = plan

  variables {
    lock = { compliance_after_days = 30 }
  }

  assert {
    condition     = aws_backup_vault_lock_configuration.this[0].changeable_for_days == 30
    error_message = "After as many days nobody can take it off."
  }
}

run "refuses_a_lock_that_refuses_the_backups" {
  command         = plan
  expect_failures = [var.lock, var.other_account_vault_arn]

  variables {
    lock                    = { min_days = 91, max_days = 30, compliance_after_days = 1 }
    other_account_vault_arn = "bbws-tables-prod"
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
