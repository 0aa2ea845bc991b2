variable "environment" {
  description = "Environment: dev, sit or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "sit", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\": write dev, sit or prod."
  }
}

variable "account_id" {
  description = "Number of the environment's AWS account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "\"${var.account_id}\" is not an AWS account: write its 12 digits in quotes, so that leading zeros stay, for example \"093646564004\"."
  }
}

variable "region" {
  description = "Region of the environment."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "\"${var.region}\" is not a region of AWS: write for example af-south-1."
  }
}

variable "backup_policy" {
  description = "Value of the tag BackupPolicy, which the backup plan selects by: daily or hourly."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["daily", "hourly"], var.backup_policy)
    error_message = "\"${var.backup_policy}\" is no backup policy: write daily or hourly."
  }

  validation {
    condition     = var.backup_policy == "hourly" || var.environment != "prod"
    error_message = "Production is backed up every hour: write backup_policy = \"hourly\"."
  }
}

variable "replica_region" {
  description = "Region of the copies, where there are any."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.replica_region)) && var.replica_region != var.region
    error_message = "\"${var.replica_region}\" cannot be the region of the copies: write a region other than ${var.region}, for example eu-west-1."
  }
}

variable "replicate" {
  description = "Whether tables, templates and backups are copied to `replica_region`; always in production."
  type        = bool
  nullable    = false

  validation {
    condition     = var.replicate || var.environment != "prod"
    error_message = "Production is copied to the second region: write replicate = true."
  }
}

variable "github" {
  description = "The repository whose workflows are let in, its number and the files of the workflows where they are known, and the subjects that may plan, audit, deploy and prune."
  type = object({
    repository        = string
    repository_id     = optional(string)
    workflows         = optional(list(string))
    planner_subjects  = list(string)
    auditor_subjects  = list(string)
    deployer_subjects = list(string)
    pruner_subjects   = list(string)
  })
  nullable = false
}

variable "create_oidc_provider" {
  description = "Whether to make GitHub's identity provider; false where another repository has made it in this account."
  type        = bool
  default     = true
  nullable    = false
}

variable "planner_role_name" {
  description = "Name of the role that plans and writes nothing."
  type        = string
  nullable    = false
}

variable "auditor_role_name" {
  description = "Name of the role that looks at the whole account and writes nothing."
  type        = string
  nullable    = false
}

variable "deployer_role_name" {
  description = "Name of the role that deploys and publishes."
  type        = string
  nullable    = false
}

variable "pruner_role_name" {
  description = "Name of the role that deletes old releases."
  type        = string
  nullable    = false
}

variable "reader_policy_name" {
  description = "Name of the policy that lets a Lambda read templates."
  type        = string
  nullable    = false
}

variable "boundary_policy_name" {
  description = "Name of the policy that bounds every role the deployer makes."
  type        = string
  nullable    = false
}

variable "template_buckets" {
  description = "Names of the buckets that hold templates, replicas included."
  type        = list(string)
  nullable    = false
}

variable "log_buckets" {
  description = "Names of the buckets that take access logs."
  type        = list(string)
  nullable    = false
}

variable "tables" {
  description = "Names of the tables."
  type        = list(string)
  nullable    = false
}

variable "made_role_names" {
  description = "Names of the roles that the deployer may make."
  type        = list(string)
  nullable    = false
}

variable "allow_destroy" {
  description = "Whether the deployer may tear the environment down."
  type        = bool
  nullable    = false
}

variable "state" {
  description = "The Terraform state that the deployer keeps and the planner reads."
  type = object({
    bucket              = string
    lock_table          = string
    key_prefixes        = list(string)
    administrators_keys = optional(list(string), [])
  })
  nullable = false
}

variable "backup" {
  description = "Names of vault, plan and role, days that a recovery point is kept, whether destroying may delete them all, the lock of the vaults, and the vault in another account that takes copies (none without)."
  type = object({
    vault_name     = string
    plan_name      = string
    role_name      = string
    retention_days = number
    force_destroy  = bool
    lock = optional(object({
      min_days              = optional(number)
      max_days              = optional(number, 365)
      compliance_after_days = optional(number)
    }), {})
    other_account_vault_arn = optional(string)
  })
  nullable = false
}

variable "budget" {
  description = "Monthly budget in US dollars and the percentages of actual and forecast cost that raise an alert."
  type = object({
    name             = string
    limit_usd        = number
    actual_percent   = number
    forecast_percent = number
  })
  nullable = false
}

variable "alert_emails" {
  description = "Addresses that hear of alarms and of the budget."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", email))])
    error_message = "alert_emails holds something that is not an email address: write for example support@kimmyai.io."
  }

  validation {
    condition     = length(var.alert_emails) > 0
    error_message = "Nobody would hear of an alarm: write at least one address into alert_emails."
  }
}

variable "name_prefix" {
  description = "What the names of keys, alarms and rules begin with."
  type        = string
  default     = "bbws"
  nullable    = false
}

variable "monitoring_level" {
  description = "How much is watched: basic, enhanced or comprehensive."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["basic", "enhanced", "comprehensive"], var.monitoring_level)
    error_message = "There is no monitoring level \"${var.monitoring_level}\": write basic, enhanced or comprehensive."
  }
}

variable "alarm_topic_name" {
  description = "Name of the topic that takes the alarms of all components."
  type        = string
  nullable    = false
}
