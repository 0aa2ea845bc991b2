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

variable "state_bucket_name" {
  description = "Name of the bucket that holds the state; it ends with the environment."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.state_bucket_name, "-${var.environment}")
    error_message = "The bucket \"${var.state_bucket_name}\" does not belong to ${var.environment}: write a name that ends with -${var.environment}, for example bbws-terraform-state-${var.environment}."
  }
}

variable "state_log_bucket_name" {
  description = "Name of the bucket that takes the access logs of the state; it ends with the environment."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.state_log_bucket_name, "-${var.environment}")
    error_message = "The bucket \"${var.state_log_bucket_name}\" does not belong to ${var.environment}: write a name that ends with -${var.environment}, for example bbws-terraform-state-logs-${var.environment}."
  }
}

variable "lock_table_name" {
  description = "Name of the table that locks the state; it ends with the environment."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.lock_table_name, "-${var.environment}")
    error_message = "The table \"${var.lock_table_name}\" does not belong to ${var.environment}: write a name that ends with -${var.environment}, for example terraform-state-lock-${var.environment}."
  }
}

variable "state_versions_days" {
  description = "Days that an earlier version of a state is kept."
  type        = number
  default     = 365
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the lock table; always in production."
  type        = bool
  nullable    = false

  validation {
    condition     = var.deletion_protection || var.environment != "prod"
    error_message = "The lock table of production must be protected against deletion: write deletion_protection = true."
  }
}
