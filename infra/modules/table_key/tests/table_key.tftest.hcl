mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
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
  table = "ten.ants"
}

run "one_key_that_turns_and_can_be_called_back" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30 && length(aws_kms_key.replica) == 0
    error_message = "One key, turned every year, 30 days to call it back."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/bbws-dynamodb-ten-ants"
    error_message = "The name of a table may hold dots, that of a key may not."
  }
}

run "a_protected_key_refuses_its_destruction" {
  command = plan

  assert {
    condition     = contains(flatten([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Action if statement.Effect == "Deny"]), "kms:ScheduleKeyDeletion")
    error_message = "A table without its key is lost."
  }
}

run "another_can_be_destroyed" {
  command = plan

  variables {
    protected = false
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Effect == "Allow"])
    error_message = "An environment that is torn down takes its keys along."
  }
}

run "the_replica_has_a_key_of_its_own" {
  command = plan

  variables {
    replicate   = true
    name_prefix = "acme"
  }

  assert {
    condition     = length(aws_kms_key.replica) == 1 && aws_kms_alias.replica[0].name == "alias/acme-dynamodb-ten-ants"
    error_message = "One key in each region, by the same name."
  }
}

run "refuses_what_is_no_name_and_no_window" {
  command         = plan
  expect_failures = [var.table, var.name_prefix, var.deletion_window_days]

  variables {
    table                = "*"
    name_prefix          = "BBWS_"
    deletion_window_days = 3
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }
}
