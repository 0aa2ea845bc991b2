# Who comes in, and with what rights: GitHub's identity provider, the role that plans, the role that audits, the role
# that deploys and publishes, the role that prunes old releases, the policy that lets a Lambda read templates, and the
# boundary around roles the deployer makes.
#
# No key of AWS is stored anywhere: GitHub Actions proves who it is by OIDC and gets a session of one hour. A job on the
# main branch may plan, and write nothing; a job in the environment of the audits may look at the whole account. To
# deploy or to prune a job must run in a GitHub environment whose reviewers have approved it, and on the main branch as
# well; no job can take two of the roles.
#
# The deployer may manage what the components templates, tenants, products and campaigns consist of, by name, and
# nothing else: not itself, not its own rights, not the backups, not the state of the components `account` and
# `bootstrap`, which an administrator applies. A role that it makes must carry the boundary, so it cannot make one
# stronger than itself.

locals {
  oidc_host         = "token.actions.githubusercontent.com"
  oidc_provider_arn = "${local.iam}:oidc-provider/${local.oidc_host}"
  # The subject may carry the ids of owner and repository (OWNER@ID/NAME@ID); the name of a workflow never does.
  repository_name = replace(var.github.repository, "/@[0-9]+/", "")

  subjects = {
    planner  = var.github.planner_subjects
    auditor  = var.github.auditor_subjects
    deployer = var.github.deployer_subjects
    pruner   = var.github.pruner_subjects
  }

  # What a token must say beside its subject. That of a job in an environment does not say its branch, so the branch is
  # asked for by its own claim. A name can be given away, a number cannot: with `repository_id` a repository that takes
  # the name over is not let in. A `pull_request_target` job runs with the branch and the subject of main; `workflows`
  # keeps it out, as its file is none of these.
  claims = merge(
    {
      "${local.oidc_host}:aud" = "sts.amazonaws.com"
      "${local.oidc_host}:ref" = "refs/heads/main"
    },
    var.github.repository_id == null ? {} : { "${local.oidc_host}:repository_id" = var.github.repository_id },
    var.github.workflows == null ? {} : {
      "${local.oidc_host}:job_workflow_ref" = [for file in coalesce(var.github.workflows, []) : "${local.repository_name}/.github/workflows/${file}@refs/heads/main"]
    },
  )

  trust_policy = {
    for role, subjects in local.subjects : role => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "AllowGitHubActions"
        Effect    = "Allow"
        Principal = { Federated = local.oidc_provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = merge(local.claims, {
            "${local.oidc_host}:sub" = [for subject in subjects : "repo:${var.github.repository}:${subject}"]
          })
        }
      }]
    })
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_oidc_provider ? 1 : 0

  url            = "https://${local.oidc_host}"
  client_id_list = ["sts.amazonaws.com"]
  tags           = var.tags
}

resource "aws_iam_role" "deployer" {
  name                 = var.deployer_role_name
  description          = "Deploys the infrastructure of the templates and tables, and publishes templates (GitHub Actions)"
  assume_role_policy   = local.trust_policy.deployer
  max_session_duration = 3600
  tags                 = var.tags

  depends_on = [aws_iam_openid_connect_provider.github]

  lifecycle {
    precondition {
      condition     = !contains(concat(var.template_buckets, var.log_buckets), var.state.bucket) && !contains(var.tables, var.state.lock_table)
      error_message = "state.bucket is one of the buckets, or state.lock_table one of the tables, that the deployer manages: write a bucket and a table that hold nothing but the state, for example bbws-terraform-state-dev and terraform-state-lock-dev."
    }
  }
}

resource "aws_iam_policy" "deployer" {
  for_each = local.deployer_policies

  name        = "${var.deployer_role_name}-${each.key}"
  description = each.value.description
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
  tags        = var.tags

  lifecycle {
    precondition {
      # IAM counts the characters of a managed policy without white space.
      condition     = length(jsonencode({ Version = "2012-10-17", Statement = each.value.statements })) <= 6144
      error_message = "The policy \"${each.key}\" of the deployer is longer than the 6,144 characters that IAM takes: name fewer buckets or tables in one environment."
    }
  }
}

resource "aws_iam_role_policy_attachment" "deployer" {
  for_each = local.deployer_policies

  role       = aws_iam_role.deployer.name
  policy_arn = aws_iam_policy.deployer[each.key].arn
}

resource "aws_iam_role" "pruner" {
  name                 = var.pruner_role_name
  description          = "Deletes old template releases, and nothing else (GitHub Actions)"
  assume_role_policy   = local.trust_policy.pruner
  max_session_duration = 3600
  tags                 = var.tags

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "pruner" {
  name = "prune-releases"
  role = aws_iam_role.pruner.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListReleases"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning"]
        Resource = local.template_buckets
      },
      {
        Sid      = "ReadReleases"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = local.template_objects
      },
      {
        # Stable keys too: one goes when its template is in no release any more.
        Sid      = "DeleteReleases"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject"]
        Resource = concat(local.prunable_objects, local.stable_keys, local.pointers)
      },
      {
        Sid      = "MendReleasesAndMarkThePointer"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = concat(local.prunable_objects, local.stable_keys, local.pointers)
      },
    ]
  })
}

resource "aws_iam_policy" "template_reader" {
  name        = var.reader_policy_name
  description = "Reads email templates; attach it to the role of a Lambda that sends mail"
  tags        = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadTemplates"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = local.template_objects
      },
      {
        # Without it a missing template answers 403 instead of 404.
        Sid      = "ListTemplates"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:ListBucketVersions"]
        Resource = local.template_buckets
      },
    ]
  })
}

resource "aws_iam_policy" "boundary" {
  name        = var.boundary_policy_name
  description = "The most that a role made by ${var.deployer_role_name} can do: replicate the templates bucket"
  tags        = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReplicateBuckets"
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = local.template_buckets
      },
      {
        Sid    = "ReplicateObjects"
        Effect = "Allow"
        Action = [
          "s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging",
          "s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags",
        ]
        Resource = local.template_objects
      },
    ]
  })

  lifecycle {
    precondition {
      condition     = lower(var.boundary_policy_name) != lower(var.reader_policy_name) && !startswith(lower(var.boundary_policy_name), "${lower(var.deployer_role_name)}-")
      error_message = "boundary_policy_name is \"${var.boundary_policy_name}\", which the policy of the readers or one of the deployer has: write a name of its own, for example bbws-deployer-boundary-dev."
    }
  }
}
