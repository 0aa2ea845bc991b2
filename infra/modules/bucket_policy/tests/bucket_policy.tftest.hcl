mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "536580886816" }
  }
}

variables {
  bucket     = "bbws-templates-dev"
  account_id = "536580886816"
  readers    = ["arn:aws:iam::536580886816:role/order"]
  writers    = ["arn:aws:iam::536580886816:role/deployer"]
  pruners    = ["arn:aws:iam::536580886816:role/pruner"]
}

run "says_everything_the_design_says" {
  command = plan

  assert {
    condition = toset(output.statement_ids) == toset([
      "DenyInsecureTransport", "DenyOutdatedTls", "DenyOtherAccounts", "DenyOverwritingReleases", "DenyDeletingReleases",
      "DenyKeysOfOthers", "DenyOtherEncryption",
      "DenyUnconditionalPointerMoves", "AllowReading", "AllowListing", "AllowPublishing", "AllowPruning", "AllowMending",
    ])
    error_message = "Statements: ${join(", ", output.statement_ids)}"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.json).Statement : statement.Principal == "*" if statement.Effect == "Deny"])
    error_message = "A denial must hold for everybody."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.json).Statement : !strcontains(jsonencode(statement.Principal), "*") if statement.Effect == "Allow"])
    error_message = "Nothing may be allowed to everybody."
  }
}

run "refuses_other_accounts_and_the_anonymous" {
  command = plan

  # Someone anonymous has no account and is known as no service: both conditions must hold for missing keys too.
  assert {
    condition = [
      for statement in jsondecode(output.json).Statement : statement.Condition if statement.Sid == "DenyOtherAccounts"
      ] == [{
        StringNotEquals = { "aws:PrincipalAccount" = "536580886816" }
        BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
    }]
    error_message = "Everybody but this account and AWS's own services is refused."
  }
}

run "locks_nobody_out_of_managing_the_bucket" {
  command = plan

  # What is denied without regard to transport and account must never be an action on the bucket itself.
  assert {
    condition = alltrue([
      for statement in jsondecode(output.json).Statement :
      alltrue([for resource in flatten([statement.Resource]) : strcontains(resource, "/")])
      if statement.Effect == "Deny" && !contains(["DenyInsecureTransport", "DenyOutdatedTls", "DenyOtherAccounts"], statement.Sid)
    ])
    error_message = "Only objects may be denied to the account itself."
  }
}

run "keeps_the_settings_from_those_who_made_them" {
  command = plan

  variables {
    settled_for = ["arn:aws:iam::536580886816:role/bbws-terraform-deployer-dev"]
    protected   = true
  }

  assert {
    condition = [
      for statement in jsondecode(output.json).Statement : statement.Condition if statement.Sid == "DenyWeakening"
    ] == [{ ArnEquals = { "aws:PrincipalArn" = ["arn:aws:iam::536580886816:role/bbws-terraform-deployer-dev"] } }]
    error_message = "The deployer alone is refused: an administrator can always change the policy."
  }

  assert {
    condition     = alltrue([for action in ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutLifecycleConfiguration", "s3:PutBucketVersioning", "s3:PutBucketLogging"] : anytrue([for statement in jsondecode(output.json).Statement : contains(flatten([statement.Action]), action) if statement.Sid == "DenyWeakening"])])
    error_message = "Whatever weakens the bucket is refused."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.json).Statement : !contains(flatten([statement.Action]), "s3:PutBucketPolicy") if statement.Sid == "DenyDestruction"])
    error_message = "Protection must be possible to lift, by changing the policy."
  }
}

run "refuses_foreign_encryption" {
  command = plan

  assert {
    condition = { for statement in jsondecode(output.json).Statement : statement.Sid => statement.Condition if contains(["DenyKeysOfOthers", "DenyOtherEncryption"], statement.Sid) } == {
      DenyKeysOfOthers = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
      DenyOtherEncryption = {
        StringNotEquals = { "s3:x-amz-server-side-encryption" = "AES256" }
        Null            = { "s3:x-amz-server-side-encryption" = "false" }
      }
    }
    error_message = "What is asked for is S3's own encryption or nothing; a request that asks for nothing passes."
  }
}

run "refuses_patterns_that_take_everything" {
  command         = plan
  expect_failures = [var.stable_key_patterns]

  variables {
    stable_key_patterns = ["*.*"]
  }
}

run "without_roles_it_only_denies" {
  command = plan

  variables {
    readers = []
    writers = []
    pruners = []
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.json).Statement : statement.Effect == "Deny"])
    error_message = "Without roles nothing is allowed."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.json).Statement : !can(statement.Condition) if statement.Sid == "DenyDeletingReleases"])
    error_message = "Without a pruner nobody deletes a release."
  }
}

run "a_bucket_without_releases" {
  command = plan

  variables {
    immutable_prefixes  = []
    prunable_prefixes   = []
    pointer_keys        = []
    stable_key_patterns = []
    pruners             = []
  }

  assert {
    condition     = output.statement_ids == ["DenyInsecureTransport", "DenyOutdatedTls", "DenyOtherAccounts", "DenyKeysOfOthers", "DenyOtherEncryption", "AllowReading", "AllowListing", "AllowPublishing"]
    error_message = "Statements: ${join(", ", output.statement_ids)}"
  }
}

run "refuses_a_role_of_another_account" {
  command         = plan
  expect_failures = [var.readers]

  variables {
    readers = ["arn:aws:iam::111122223333:role/order"]
  }
}

run "refuses_a_wildcard" {
  command         = plan
  expect_failures = [var.writers]

  variables {
    writers = ["arn:aws:iam::536580886816:role/*"]
  }
}

run "refuses_a_publisher_that_prunes" {
  command         = plan
  expect_failures = [var.pruners]

  variables {
    pruners = ["arn:aws:iam::536580886816:role/deployer"]
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }

  assert {
    condition     = contains(output.statement_ids, "DenyOverwritingReleases")
    error_message = "The example plans the policy."
  }
}
