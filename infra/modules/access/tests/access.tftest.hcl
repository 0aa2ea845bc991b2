mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
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
  planner_role_name    = "bbws-terraform-planner-prod"
  auditor_role_name    = "bbws-terraform-auditor-prod"
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
    planner_subjects  = ["ref:refs/heads/main"]
    auditor_subjects  = ["environment:prod-audit"]
    deployer_subjects = ["environment:prod"]
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
    condition     = alltrue([for role in [aws_iam_role.planner, aws_iam_role.deployer, aws_iam_role.pruner] : role.max_session_duration == 3600])
    error_message = "A session lasts one hour."
  }

  assert {
    condition = { for name, role in { planner = aws_iam_role.planner, deployer = aws_iam_role.deployer, pruner = aws_iam_role.pruner } : name => jsondecode(role.assume_role_policy).Statement[0].Condition } == {
      planner = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:ref" = "refs/heads/main"
        "token.actions.githubusercontent.com:sub" = ["repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:ref:refs/heads/main"]
      } }
      deployer = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:ref" = "refs/heads/main"
        "token.actions.githubusercontent.com:sub" = ["repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:environment:prod"]
      } }
      pruner = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:ref" = "refs/heads/main"
        "token.actions.githubusercontent.com:sub" = ["repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:environment:prod-prune"]
      } }
    }
    error_message = "A job on main plans; only a job in the environment, and on main, deploys or prunes."
  }
}

run "the_planner_writes_nothing_and_reads_no_data" {
  command = plan

  assert {
    condition     = alltrue(flatten([for statement in jsondecode(aws_iam_role_policy.planner.policy).Statement : [for action in statement.Action : can(regex("^[a-z0-9]+:(Get|Describe|List)[A-Za-z]+$", action))]]))
    error_message = "The planner only looks, and every action is named."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.planner.policy).Statement :
      alltrue([for resource in statement.Resource : startswith(resource, "arn:aws:s3:::bbws-terraform-state-prod/2_1_bbws_")])
      if contains(statement.Action, "s3:GetObject")
    ])
    error_message = "Of objects the planner reads the states of its components, and nothing else."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.planner.policy).Statement :
      statement.Resource == ["arn:aws:dynamodb:af-south-1:093646564004:table/terraform-state-lock-prod"]
      if length(setintersection(statement.Action, ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"])) > 0
    ])
    error_message = "Of items the planner reads the checksum of the state, and nothing else."
  }

  assert {
    condition     = length(setsubtract(flatten(jsondecode(aws_iam_role_policy.planner.policy).Statement[*].Action), flatten([for policy in aws_iam_policy.deployer : jsondecode(policy.policy).Statement[*].Action]))) == 0
    error_message = "What the planner can look at, the deployer can look at."
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
    condition     = alltrue(flatten([for policy in aws_iam_policy.deployer : [for statement in jsondecode(policy.policy).Statement : !anytrue([for action in flatten([statement.Action]) : strcontains(action, "*")]) if statement.Effect == "Allow"]]))
    error_message = "What is allowed is named action by action."
  }
}

run "production_is_not_torn_down" {
  command = plan

  assert {
    condition     = keys(aws_iam_policy.deployer) == ["buckets", "guard", "state", "surroundings", "tables"]
    error_message = "Policies: ${join(", ", keys(aws_iam_policy.deployer))}"
  }

  assert {
    condition     = alltrue([for name, policy in aws_iam_policy.deployer : !strcontains(policy.policy, "DeleteTable\"") && !strcontains(policy.policy, "DeleteBucket\"") && !strcontains(policy.policy, "kms:ScheduleKeyDeletion") if name != "guard"])
    error_message = "The deployer of production deletes no bucket, table or key."
  }

  assert {
    condition     = alltrue([for action in ["s3:DeleteBucket", "s3:DeleteObjectVersion", "dynamodb:DeleteTable", "kms:ScheduleKeyDeletion", "kms:TagResource", "dynamodb:PutResourcePolicy", "dynamodb:UpdateTimeToLive", "s3:PutAccountPublicAccessBlock"] : strcontains(aws_iam_policy.deployer["guard"].policy, "\"${action}\"")])
    error_message = "It is denied, so that no other policy can allow it."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_policy.deployer["guard"].policy).Statement : statement.Effect == "Deny"])
    error_message = "The guard allows nothing."
  }
}

run "the_auditor_changes_nothing_and_reads_no_item" {
  command = plan

  assert {
    condition     = alltrue(flatten([for statement in jsondecode(aws_iam_role_policy.auditor[0].policy).Statement : [for action in statement.Action : can(regex("^[a-z0-9]+:(Get|Describe|List|View)[A-Za-z]+$", action))] if statement.Effect == "Allow"]))
    error_message = "The auditor only looks, and every action is named."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.auditor[0].policy).Statement :
      statement.Resource == ["arn:aws:dynamodb:af-south-1:093646564004:table/terraform-state-lock-prod"]
      if statement.Effect == "Allow" && length(setintersection(statement.Action, ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"])) > 0
    ])
    error_message = "Of items the auditor reads the checksums of states, and nothing else."
  }

  assert {
    condition     = jsondecode(aws_iam_role.auditor[0].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:environment:prod-audit"]
    error_message = "A job in the environment of the audits takes it."
  }
}

run "asks_for_the_number_and_the_workflow" {
  command = plan

  variables {
    github = {
      repository        = "BigBeardWebSolutions@123456/2_1_bbws_s3_schemas@456789"
      repository_id     = "456789"
      workflows         = ["deploy.yml", "drift.yml"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
    }
  }

  assert {
    condition = alltrue([for role in [aws_iam_role.planner, aws_iam_role.auditor[0], aws_iam_role.deployer, aws_iam_role.pruner] :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:repository_id"] == "456789"
      && jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:job_workflow_ref"] == [
        "BigBeardWebSolutions/2_1_bbws_s3_schemas/.github/workflows/deploy.yml@refs/heads/main",
        "BigBeardWebSolutions/2_1_bbws_s3_schemas/.github/workflows/drift.yml@refs/heads/main",
      ]
    ])
    error_message = "A repository that takes over the name is not let in, nor is another workflow of this one."
  }
}

run "names_follow_the_prefix" {
  command = plan

  variables {
    name_prefix = "acme"
  }

  assert {
    condition     = alltrue([for text in concat(values(aws_iam_policy.deployer)[*].policy, [aws_iam_role_policy.planner.policy]) : !can(regex("(alias/|alarm:|:)bbws-(dynamodb|prod-t|\\*)", text))])
    error_message = "Nothing is called after another customer."
  }
}

run "refuses_what_is_no_number_and_no_workflow" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      repository_id     = "main"
      workflows         = ["*"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
    }
  }
}

run "refuses_an_auditor_who_deploys" {
  command         = plan
  expect_failures = [var.auditor_role_name]

  variables {
    auditor_role_name = "bbws-terraform-deployer-prod"

    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
    }
  }
}

run "refuses_one_environment_for_auditor_and_deployer" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      auditor_subjects  = ["environment:prod"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
    }
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

run "refuses_a_deployer_on_main" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      planner_subjects  = ["environment:prod-plan"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["ref:refs/heads/main", "environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
    }
  }
}

run "refuses_a_pruner_on_main" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      planner_subjects  = ["environment:prod-plan"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["ref:refs/heads/main"]
    }
  }
}

run "refuses_a_planner_on_any_branch" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      planner_subjects  = ["ref:refs/heads/*"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
    }
  }
}

run "refuses_a_deployer_that_nobody_takes" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      planner_subjects  = ["ref:refs/heads/main"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = []
      pruner_subjects   = ["environment:prod-prune"]
    }
  }
}

run "refuses_one_environment_for_deployer_and_pruner" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      planner_subjects  = ["ref:refs/heads/main"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod"]
    }
  }
}

run "refuses_one_environment_for_planner_and_deployer" {
  command         = plan
  expect_failures = [var.github]

  variables {
    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      planner_subjects  = ["environment:prod"]
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
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

run "refuses_a_planner_that_deploys" {
  command         = plan
  expect_failures = [var.planner_role_name]

  variables {
    planner_role_name = "bbws-terraform-deployer-prod"
  }
}

run "takes_the_ids_that_github_puts_into_a_subject" {
  command = plan

  variables {
    github = {
      repository        = "BigBeardWebSolutions@123456/2_1_bbws_s3_schemas@456789"
      auditor_subjects  = ["environment:prod-audit"]
      deployer_subjects = ["environment:prod"]
      pruner_subjects   = ["environment:prod-prune"]
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role.planner.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:BigBeardWebSolutions@123456/2_1_bbws_s3_schemas@456789:ref:refs/heads/main"]
    error_message = "The subject is the repository as GitHub writes it; without a word, a job on main plans."
  }
}

run "says_nothing_of_tables_where_there_are_none" {
  command = plan

  variables {
    tables          = []
    made_role_names = []
    environment     = "dev"
    allow_destroy   = true

    github = {
      repository        = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
      planner_subjects  = ["ref:refs/heads/main"]
      auditor_subjects  = ["environment:dev-audit"]
      deployer_subjects = ["environment:dev"]
      pruner_subjects   = ["environment:dev-prune"]
    }
  }

  assert {
    condition     = !contains(keys(aws_iam_policy.deployer), "tables") && !strcontains(aws_iam_role_policy.planner.policy, "kms:DescribeKey")
    error_message = "IAM refuses a statement without a resource."
  }

  assert {
    condition     = alltrue([for policy in concat(values(aws_iam_policy.deployer), [aws_iam_role_policy.planner]) : !strcontains(policy.policy, "\"Resource\":[]")])
    error_message = "IAM refuses a statement without a resource."
  }
}

run "refuses_wildcards" {
  command         = plan
  expect_failures = [var.log_buckets, var.made_role_names, var.state, var.boundary_policy_name, var.reader_policy_name]

  variables {
    log_buckets          = ["*"]
    made_role_names      = ["*"]
    boundary_policy_name = "*"
    reader_policy_name   = "*"

    state = {
      bucket       = "*"
      lock_table   = "*"
      key_prefixes = ["2_1_bbws_s3_schemas/"]
    }
  }
}

run "refuses_a_made_role_that_deploys" {
  command         = plan
  expect_failures = [var.made_role_names]

  variables {
    made_role_names = ["bbws-terraform-deployer-prod"]
  }
}

run "refuses_what_is_no_region" {
  command         = plan
  expect_failures = [var.region, var.replica_region]

  variables {
    region         = "Cape Town"
    replica_region = "*"
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }
}
