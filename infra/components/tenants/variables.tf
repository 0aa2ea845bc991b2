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

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table and its replica; always in production."
  type        = bool
  nullable    = false
}

variable "replicate" {
  description = "Whether the table has a replica in `replica_region`; always in production."
  type        = bool
  nullable    = false
}

variable "recovery_period_days" {
  description = "How many days point-in-time recovery reaches back."
  type        = number
  default     = 35
  nullable    = false
}

variable "guard" {
  description = "Whether the deployer may switch recovery on, as at the first apply, and not off; false where it may tear the environment down."
  type        = bool
  nullable    = false

  validation {
    condition     = var.guard || !contains(["sit", "prod"], var.environment)
    error_message = "The recovery of a table of ${var.environment} is changed by an administrator alone: write guard = true."
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
  description = "Name of the topic that takes the alarms; the component `account` makes it."
  type        = string
  nullable    = false
}
