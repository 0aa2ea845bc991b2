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

variable "bucket_name" {
  description = "Name of the bucket; it ends with the environment."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.bucket_name, "-${var.environment}")
    error_message = "The bucket \"${var.bucket_name}\" does not belong to ${var.environment}: write a name that ends with -${var.environment}, for example bbws-templates-${var.environment}."
  }
}

variable "log_bucket" {
  description = "Where access logs go; `create` is false where the bucket exists already."
  type = object({
    name   = string
    prefix = string
    create = optional(bool, true)
  })
  nullable = false

  validation {
    condition     = endswith(var.log_bucket.name, "-${var.environment}")
    error_message = "The log bucket \"${var.log_bucket.name}\" does not belong to ${var.environment}: write a name that ends with -${var.environment}, for example bbws-logs-${var.environment}."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete the buckets with their objects; never in production."
  type        = bool
  nullable    = false
}

variable "lifecycle_days" {
  description = "Days after which noncurrent versions are removed and abandoned multipart uploads aborted."
  type = object({
    noncurrent_versions = number
    multipart_uploads   = number
  })
  nullable = false
}

variable "replica" {
  description = "The copy in `replica_region`: its bucket, the bucket of its access logs, the role that copies and the policy that bounds that role. null for none; production must have one."
  type = object({
    bucket_name          = string
    log_bucket_name      = string
    role_name            = string
    boundary_policy_name = string
  })
  default = null

  validation {
    condition     = var.replica != null || var.environment != "prod"
    error_message = "Production's bucket is copied to the second region: write replica = { bucket_name = \"bbws-templates-prod-dr-eu-west-1\", ... }."
  }
}

variable "reader_role_names" {
  description = "Names of the roles that read templates. S3 refuses the policy while one does not exist."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for name in var.reader_role_names : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", name))])
    error_message = "reader_role_names holds something that is not the name of a role: write each name alone, without ARN and wildcards, for example 2-1-bbws-order-lambda-role-${var.environment}."
  }
}

variable "deployer_role_name" {
  description = "Name of the role that publishes."
  type        = string
  nullable    = false
}

variable "pruner_role_name" {
  description = "Name of the role that deletes old releases."
  type        = string
  nullable    = false
}

variable "guard" {
  description = "Whether the deployer, who makes the settings of the buckets, may change none of them afterwards; false where it may tear the environment down."
  type        = bool
  nullable    = false

  validation {
    condition     = var.guard || !contains(["sit", "prod"], var.environment)
    error_message = "The settings of the buckets of ${var.environment} are changed by an administrator alone: write guard = true."
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

variable "runbooks" {
  description = "Address of the folder of the runbooks, which the alarms of the Lambdas' client name."
  type        = string
  default     = "https://github.com/BigBeardWebSolutions/2_1_bbws_s3_schemas/blob/main/docs/runbooks"
  nullable    = false
}

variable "client_namespace" {
  description = "Namespace of the metrics that the Lambdas' client writes (bbws_templates.Metrics)."
  type        = string
  default     = "BBWS/Templates"
  nullable    = false
}
