variable "environment" {
  description = "Environment: dev, sit or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "sit", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\": write dev, sit or prod."
  }
}

variable "name_prefix" {
  description = "What the names of the keys and alarms of the estate begin with."
  type        = string
  default     = "bbws"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,19}$", var.name_prefix))
    error_message = "\"${var.name_prefix}\" cannot begin a name: write 1 to 20 lower-case letters, digits and hyphens, for example bbws."
  }
}

variable "account_id" {
  description = "Number of the AWS account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "\"${var.account_id}\" is not an AWS account: write its 12 digits in quotes, so that leading zeros stay, for example \"093646564004\"."
  }
}

variable "region" {
  description = "Region of the estate."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "\"${var.region}\" is not a region: write one such as af-south-1."
  }
}

variable "replica_region" {
  description = "Region of the copies; the same as `region` where nothing is copied."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.replica_region))
    error_message = "\"${var.replica_region}\" is not a region: write one such as af-south-1."
  }
}

variable "github" {
  description = "The repository whose workflows are let in, and the subjects (what follows `repo:OWNER/NAME:` in GitHub's token) that may take each role. With `repository_id` (its number, which survives a change of name) and `workflows` (files of .github/workflows on main) these are asked for as well."
  type = object({
    repository        = string
    repository_id     = optional(string)
    workflows         = optional(list(string))
    planner_subjects  = optional(list(string), ["ref:refs/heads/main"])
    auditor_subjects  = optional(list(string), [])
    deployer_subjects = list(string)
    pruner_subjects   = list(string)
  })
  nullable = false

  validation {
    condition     = var.github.repository_id == null || can(regex("^[0-9]{1,20}$", var.github.repository_id))
    error_message = "github.repository_id is the number that GitHub gave the repository: write what `gh api repos/OWNER/NAME --jq .id` prints, in quotes, or leave it out."
  }

  validation {
    condition     = try(length(var.github.workflows) > 0 && alltrue([for file in var.github.workflows : can(regex("^[A-Za-z0-9._-]+[.]ya?ml$", file))]), var.github.workflows == null)
    error_message = "github.workflows takes the names of files in .github/workflows, one at least, without folders and wildcards: write for example [\"deploy.yml\"], or leave it out."
  }

  validation {
    condition     = try(alltrue([for subject in var.github.auditor_subjects : can(regex("^(environment:[A-Za-z0-9_-]+|ref:refs/heads/main)$", subject))]), false)
    error_message = "github.auditor_subjects takes environment:NAME or ref:refs/heads/main: write for example [\"environment:${var.environment}-audit\"]. Other branches and wildcards are refused, for whoever may push to them could read the state."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", var.github.repository))
    error_message = "github.repository is \"${coalesce(var.github.repository, "empty")}\": write OWNER/NAME as in the address of the repository, without wildcards, or OWNER@ID/NAME@ID where GitHub puts the ids into the subject."
  }

  validation {
    condition     = try(length(var.github.deployer_subjects) > 0 && alltrue([for subject in var.github.deployer_subjects : can(regex("^environment:[A-Za-z0-9_-]+$", subject))]), false)
    error_message = "github.deployer_subjects takes protected GitHub environments, one at least: write for example [\"environment:${var.environment}\"]. A branch (ref:...) or a wildcard is refused, for nobody has approved such a job; a job on main takes the planner."
  }

  validation {
    condition     = try(length(var.github.pruner_subjects) > 0 && alltrue([for subject in var.github.pruner_subjects : can(regex("^environment:[A-Za-z0-9_-]+$", subject))]), false)
    error_message = "github.pruner_subjects takes protected GitHub environments, one at least: write for example [\"environment:${var.environment}-prune\"]. A branch (ref:...) or a wildcard is refused, for nobody has approved such a job."
  }

  validation {
    condition     = try(length(var.github.planner_subjects) > 0 && alltrue([for subject in var.github.planner_subjects : can(regex("^(environment:[A-Za-z0-9_-]+|ref:refs/heads/main)$", subject))]), false)
    error_message = "github.planner_subjects takes ref:refs/heads/main or environment:NAME, one at least: write [\"ref:refs/heads/main\"]. Other branches and wildcards are refused, for whoever may push to them could read the state."
  }

  validation {
    condition = try(alltrue([
      for subject in concat(var.github.planner_subjects, var.github.auditor_subjects, var.github.deployer_subjects, var.github.pruner_subjects) :
      !can(regex("^environment:(${join("|", setsubtract(["dev", "sit", "prod"], [var.environment]))})(-|_|$)", lower(subject)))
    ]), true)
    error_message = "github names a GitHub environment of another stage than ${var.environment}, whose approvals are others: write environment:${var.environment}, or one that begins with ${var.environment}-."
  }

  validation {
    condition = try(length(setunion(
      # GitHub takes an environment in whatever letters it is written.
      setintersection([for one in var.github.deployer_subjects : lower(one)], [for one in var.github.pruner_subjects : lower(one)]),
      setintersection([for one in var.github.deployer_subjects : lower(one)], [for one in var.github.planner_subjects : lower(one)]),
      setintersection([for one in var.github.pruner_subjects : lower(one)], [for one in var.github.planner_subjects : lower(one)]),
      setintersection([for one in var.github.auditor_subjects : lower(one)], [for one in concat(var.github.deployer_subjects, var.github.pruner_subjects, var.github.planner_subjects) : lower(one)]),
    )) == 0, true)
    error_message = "No subject may take two of the roles in github (planner, auditor, deployer, pruner), for then one approval would give both: write a GitHub environment of its own for each, for example environment:${var.environment} for the deployer, environment:${var.environment}-prune for the pruner and environment:${var.environment}-audit for the auditor, and ref:refs/heads/main for the planner."
  }
}

variable "create_oidc_provider" {
  description = "Whether to make GitHub's identity provider; an account holds one, so write false where another repository has made it."
  type        = bool
  default     = true
  nullable    = false
}

variable "planner_role_name" {
  description = "Name of the role that plans and writes nothing."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.planner_role_name)) && !contains([lower(var.deployer_role_name), lower(var.pruner_role_name)], lower(var.planner_role_name))
    error_message = "\"${var.planner_role_name}\" cannot be the planner: write a role name of its own, for example bbws-terraform-planner-dev, because whoever plans must not write."
  }
}

variable "auditor_role_name" {
  description = "Name of the role that looks at the whole account and changes nothing; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.auditor_role_name == null || (can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.auditor_role_name)) && !contains([lower(var.planner_role_name), lower(var.deployer_role_name), lower(var.pruner_role_name)], lower(coalesce(var.auditor_role_name, " "))))
    error_message = "\"${coalesce(var.auditor_role_name, " ")}\" cannot be the auditor: write a role name of its own, for example bbws-terraform-auditor-dev, because whoever audits must not write."
  }

  validation {
    condition     = var.auditor_role_name == null || try(length(var.github.auditor_subjects) > 0, false)
    error_message = "Nobody could take the auditor: write github.auditor_subjects, for example [\"environment:${var.environment}-audit\"], or leave auditor_role_name out."
  }
}

variable "deployer_role_name" {
  description = "Name of the role that deploys and publishes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.deployer_role_name))
    error_message = "\"${var.deployer_role_name}\" is not a role name: write 1 to 64 letters, digits and + = , . @ _ -, for example bbws-terraform-deployer-dev."
  }
}

variable "pruner_role_name" {
  description = "Name of the role that deletes old releases."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.pruner_role_name)) && lower(var.pruner_role_name) != lower(var.deployer_role_name)
    error_message = "\"${var.pruner_role_name}\" cannot be the pruner: write a role name of its own, for example bbws-templates-pruner-dev, because whoever publishes must not delete releases."
  }
}

variable "reader_policy_name" {
  description = "Name of the policy that lets a Lambda read templates."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", var.reader_policy_name))
    error_message = "\"${var.reader_policy_name}\" is not a policy name: write 1 to 128 letters, digits and + = , . @ _ -, without wildcards, for example bbws-templates-reader-dev."
  }
}

variable "boundary_policy_name" {
  description = "Name of the policy that bounds every role the deployer makes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", var.boundary_policy_name))
    error_message = "\"${var.boundary_policy_name}\" is not a policy name: write 1 to 128 letters, digits and + = , . @ _ -, without wildcards, for example bbws-deployer-boundary-dev."
  }
}

variable "template_buckets" {
  description = "Names of the buckets that hold templates, replicas included."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.template_buckets) > 0 && alltrue([for name in var.template_buckets : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", name))])
    error_message = "template_buckets takes the names (no ARNs, no wildcards) of one bucket or more: write for example [\"bbws-templates-dev\"]."
  }
}

variable "log_buckets" {
  description = "Names of the buckets that take access logs."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.log_buckets : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", name))])
    error_message = "log_buckets takes the names (no ARNs, no wildcards) of buckets: write for example [\"bbws-logs-dev\"]."
  }

  validation {
    condition     = length(setintersection(var.log_buckets, var.template_buckets)) == 0
    error_message = "A bucket stands in log_buckets and in template_buckets, so whoever publishes could write its logs: write each into one of them."
  }
}

variable "tables" {
  description = "Names of the tables."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.tables : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "tables takes names without wildcards: write for example [\"tenants\", \"products\", \"campaigns\"]."
  }
}

variable "kept_tags" {
  description = "Tags of the tables that the deployer neither changes nor takes off, because the backups select by them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.kept_tags : can(regex("^[A-Za-z0-9_.:/=+@ -]{1,128}$", key)) && can(regex("^[A-Za-z0-9_.:/=+@ -]{1,256}$", value))])
    error_message = "kept_tags holds a tag without name or value: write both, for example { BackupPolicy = \"hourly\" }."
  }
}

variable "state" {
  description = "The Terraform state that the deployer keeps and the planner reads: bucket, lock table, and the key prefixes of its components; and those that an administrator applies, which the auditor reads too."
  type = object({
    bucket              = string
    lock_table          = string
    key_prefixes        = list(string)
    administrators_keys = optional(list(string), [])
  })
  nullable = false

  validation {
    condition     = try(alltrue([for prefix in var.state.administrators_keys : can(regex("^[^*?$/][^*?$]*/$", prefix))]), false)
    error_message = "state.administrators_keys takes folders of the state bucket: write each with a slash at its end and without wildcards, for example 2_1_bbws_account/."
  }

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.state.bucket)) && can(regex("^[A-Za-z0-9_.-]{3,255}$", var.state.lock_table))
    error_message = "state.bucket is \"${coalesce(var.state.bucket, "empty")}\" and state.lock_table is \"${coalesce(var.state.lock_table, "empty")}\": write the names of one bucket and one table, without wildcards, for example bbws-terraform-state-dev and terraform-state-lock-dev."
  }

  validation {
    condition     = length(var.state.key_prefixes) > 0 && alltrue([for prefix in var.state.key_prefixes : can(regex("^[^*?$/][^*?$]*/$", prefix))])
    error_message = "state.key_prefixes takes folders of the state bucket: write each with a slash at its end and without wildcards and $, for example 2_1_bbws_s3_schemas/."
  }

  validation {
    condition = try(alltrue(flatten([
      for own in var.state.key_prefixes : [for other in var.state.administrators_keys : !startswith(own, other) && !startswith(other, own)]
    ])), true)
    error_message = "A folder of state.key_prefixes, which the deployer writes, takes in one of state.administrators_keys, or the other way round: write folders of which none lies in another."
  }
}

variable "made_role_names" {
  description = "Names of the roles that the deployer may make, bounded: the replication role."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.made_role_names : try(can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", name)) && !contains([for role in [var.planner_role_name, var.deployer_role_name, var.pruner_role_name, coalesce(var.auditor_role_name, " ")] : lower(role)], lower(name)), false)])
    error_message = "made_role_names takes the names of the roles that the deployer makes, without wildcards, and none of planner, deployer and pruner: write for example [\"bbws-templates-replication-dev\"]."
  }
}

variable "allow_destroy" {
  description = "Whether the deployer may tear the environment down."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !(var.allow_destroy && var.environment == "prod")
    error_message = "Nobody tears production down from a pipeline: write allow_destroy = false."
  }
}

variable "tags" {
  description = "Tags beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 43 && alltrue([for key, value in var.tags : try(can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value)) && !can(regex("^(?i)aws:", key)), false)])
    error_message = "tags holds one that AWS refuses: ${join(", ", [for key, value in var.tags : "\"${key}\"" if !try(can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value)) && !can(regex("^(?i)aws:", key)), false)])}. Write names of 1 to 128 and values of up to 256 letters, digits, spaces and _ . : / = + - @, no name that begins with aws:, and at most 43 beside the seven of the estate."
  }
}
