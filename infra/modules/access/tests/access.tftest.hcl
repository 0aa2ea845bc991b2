mock_provider "aws" {
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::093646564004:policy/mocked" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::093646564004:role/mocked" }
  }
}

variables {
  environment          = "prod"
  account_id           = "093646564004"
  region               = "af-south-1"
  replica_region       = "eu-west-1"
  deployer_role_name   = "bbws-terraform-deployer-prod"
  pruner_role_name     = "bbws-templates-pruner-prod"
  reader_policy_name   = "bbws-templates-reader-prod"
  boundary_policy_name = "bbws-deployer-boundary-prod"
  template_buckets     = ["bbws-templates-prod", "bbws-templates-prod-dr-eu-west-1"]
  log_buckets          = ["bbws-logs-prod", "bbws-logs-prod-dr-eu-west-1"]
  tables               = ["tenants", "products", "campaigns"]
  made_role_names      = ["bbws-templates-replication-prod"]

  github = {
    repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
    deployer_subjects = ["ref:refs/heads/main", "environment:prod"]
    pruner_subjects   = ["environment:prod-prune"]
  }

  state = {
    bucket       = "bbws-terraform-state-prod"
    lock_table   = "terraform-state-lock-prod"
    key_prefixes = ["2_1_bbws_dynamodb_schemas/", "2_1_bbws_s3_schemas/"]
  }
}

run "sessions_last_an_hour_and_come_from_github" {
  command = plan

  assert {
    condition     = aws_iam_role.deployer.max_session_duration == 3600 && aws_iam_role.pruner.max_session_duration == 3600
    error_message = "A session lasts one hour."
  }

  assert {
    condition = jsondecode(aws_iam_role.deployer.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == [
      "repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:ref:refs/heads/main", "repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:environment:prod",
    ]
    error_message = "Only the main branch and the environment deploy."
  }
}

run "the_deployer_cannot_widen_itself" {
  command = plan

  assert {
    condition = alltrue([
      for policy in aws_iam_policy.deployer : alltrue([
        for statement in jsondecode(policy.policy).Statement :
        !anytrue([for resource in flatten([statement.Resource]) : strcontains(resource, "terraform-deployer")])
      ])
    ])
    error_message = "No statement may reach the deployer itself."
  }

  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_policy.deployer : [
        for statement in jsondecode(policy.policy).Statement :
        try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::093646564004:policy/bbws-deployer-boundary-prod"
        if contains(flatten([statement.Action]), "iam:CreateRole")
      ]
    ]))
    error_message = "A role may be made only with the boundary."
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_iam_policy.deployer : [for statement in jsondecode(policy.policy).Statement : !anytrue([for action in flatten([statement.Action]) : strcontains(action, "*")])]]))
    error_message = "Actions are named one by one."
  }
}

run "production_is_not_torn_down" {
  command = plan

  assert {
    condition     = keys(aws_iam_policy.deployer) == ["buckets", "state", "surroundings", "tables"]
    error_message = "Policies: ${join(", ", keys(aws_iam_policy.deployer))}"
  }

  assert {
    condition     = alltrue([for policy in aws_iam_policy.deployer : !strcontains(policy.policy, "DeleteTable\"") && !strcontains(policy.policy, "DeleteBucket\"") && !strcontains(policy.policy, "ScheduleKeyDeletion")])
    error_message = "The deployer of production deletes no bucket, table or key."
  }
}

run "the_publisher_deletes_nothing" {
  command = plan

  assert {
    condition     = !strcontains(aws_iam_policy.deployer["buckets"].policy, "s3:DeleteObject")
    error_message = "Whoever publishes deletes nothing."
  }
}

run "uses_an_identity_provider_that_is_there" {
  command = plan

  variables {
    create_oidc_provider = false
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && output.oidc_provider_arn == "arn:aws:iam::093646564004:oidc-provider/token.actions.githubusercontent.com"
    error_message = "An account holds one provider; another repository may have made it."
  }
}

run "refuses_any_branch" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      deployer_subjects = ["ref:refs/heads/*"]
      pruner_subjects   = []
    }
  }
}

run "refuses_to_tear_production_down" {
  command         = plan
  expect_failures = [var.allow_destroy]

  variables {
    allow_destroy = true
  }
}

run "refuses_a_publisher_that_prunes" {
  command         = plan
  expect_failures = [var.pruner_role_name]

  variables {
    pruner_role_name = "bbws-terraform-deployer-prod"
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }
}
