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
  description = "What the names of alarms and rules begin with."
  type        = string
  default     = "bbws"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,19}$", var.name_prefix))
    error_message = "\"${var.name_prefix}\" cannot begin a name: write 1 to 20 lower-case letters, digits and hyphens, for example bbws."
  }
}

variable "level" {
  description = "How much is watched: basic, enhanced or comprehensive."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["basic", "enhanced", "comprehensive"], var.level)
    error_message = "There is no monitoring level \"${var.level}\": write basic, enhanced or comprehensive."
  }

  validation {
    condition     = var.level == "comprehensive" || var.environment != "prod"
    error_message = "Production is watched in full: write level = \"comprehensive\"."
  }
}

variable "topic" {
  description = "The topic to make, and the addresses that hear of every alarm; null to send to `alarm_topic_arn`."
  type = object({
    name   = string
    emails = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.topic == null || can(regex("^[A-Za-z0-9_-]{1,256}$", var.topic.name))
    error_message = "topic.name is not a topic name: write letters, digits, underscores and hyphens, for example bbws-alarms-dev."
  }

  validation {
    condition     = var.topic == null || try(alltrue([for email in var.topic.emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", email))]), false)
    error_message = "topic.emails holds something that is not an email address: write for example support@kimmyai.io."
  }
}

variable "alarm_topic_arn" {
  description = "ARN of the topic that takes the alarms; null where it is made here."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn must be the ARN of a topic: write arn:aws:sns:REGION:ACCOUNT:NAME."
  }

  validation {
    condition     = (var.alarm_topic_arn == null) != (var.topic == null)
    error_message = "Alarms need one place to go: write either topic (to make one) or alarm_topic_arn (to use one), not both and not neither."
  }
}

variable "watch_backups" {
  description = "Whether failed backup and copy jobs are sent to the topic that is made here."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.watch_backups || var.topic != null
    error_message = "Failed backups are sent to the topic that is made here, and none is: write topic as well, or watch_backups = false."
  }
}

variable "backup" {
  description = "Vault that must get a backup every day or every hour (frequency daily or hourly); null for none."
  type = object({
    vault_name = string
    frequency  = string
  })
  default = null

  validation {
    condition     = var.backup == null || try(can(regex("^[A-Za-z0-9_-]{2,50}$", var.backup.vault_name)) && contains(["daily", "hourly"], var.backup.frequency), false)
    error_message = "backup is not a vault and how often it gets a backup: write for example { vault_name = \"bbws-tables-dev\", frequency = \"daily\" } (or hourly)."
  }
}

variable "sending_buckets" {
  description = "Names of the buckets whose events S3 may send to the topic that is made here."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.sending_buckets : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", name))])
    error_message = "sending_buckets takes the names (no ARNs, no wildcards) of buckets: write for example [\"bbws-templates-prod\"]."
  }
}

variable "budget" {
  description = "Monthly budget of the account, with alerts at a percentage of actual and of forecast cost; null for none."
  type = object({
    name             = string
    limit_usd        = number
    actual_percent   = optional(number, 80)
    forecast_percent = optional(number, 100)
    emails           = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.budget == null || can(regex("^[^:\\\\]{1,100}$", var.budget.name))
    error_message = "budget.name is not the name of a budget: write 1 to 100 characters without colon and backslash, for example bbws-dev-monthly."
  }

  validation {
    condition     = var.budget == null || try(alltrue([for email in var.budget.emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", email))]), false)
    error_message = "budget.emails holds something that is not an email address: write for example support@kimmyai.io."
  }

  validation {
    condition     = try(length(distinct(var.budget.emails)) <= 10, true)
    error_message = "budget.emails holds more than the 10 addresses that AWS Budgets tells: write fewer, or one address for several people."
  }

  validation {
    condition     = var.budget == null || try(var.budget.limit_usd > 0, false)
    error_message = "budget.limit_usd must be above 0: write the amount in US dollars a month, for example 500."
  }

  validation {
    condition     = var.budget == null || try(var.budget.actual_percent > 0 && var.budget.actual_percent <= 100 && var.budget.forecast_percent > 0 && var.budget.forecast_percent <= 200, false)
    error_message = "The thresholds of the budget are percentages: write actual_percent up to 100 and forecast_percent up to 200 (the design says 80 and 100)."
  }
}

variable "tables" {
  description = "Tables to watch, with their indexes and the region of their replica."
  type = list(object({
    name           = string
    indexes        = optional(list(string), [])
    replica_region = optional(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for name in flatten([for table in var.tables : [table.name, table.indexes]]) : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "tables holds a name that no table and no index has: write 3 to 255 letters, digits, underscores, hyphens and dots, for example { name = \"tenants\", indexes = [\"EmailIndex\"] }."
  }

  validation {
    condition     = length(var.tables) == length(distinct(var.tables[*].name)) && alltrue([for table in var.tables : try(length(table.indexes) == length(distinct(table.indexes)), false)])
    error_message = "tables names a table or an index twice: write each once."
  }

  validation {
    condition     = try(alltrue(flatten([for table in var.tables : [for index in concat([""], table.indexes) : length("${var.name_prefix}-${var.environment}-${table.name}-${index}-replication-latency") <= 255]])), true)
    error_message = "The names of a table and its index make the name of an alarm longer than the 255 characters that CloudWatch takes: write a shorter name_prefix, or name them shorter."
  }

  validation {
    condition     = alltrue([for table in var.tables : table.replica_region == null || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", table.replica_region))])
    error_message = "The replica_region of a table is not a region: write one such as eu-west-1, or leave it out."
  }
}

variable "bucket" {
  description = "Bucket to watch, and its replication; null for none."
  type = object({
    name = string
    replication = optional(object({
      destination_bucket = string
      rule_id            = string
    }))
  })
  default = null

  validation {
    condition     = var.bucket == null || alltrue([for name in try([var.bucket.name, var.bucket.replication.destination_bucket], [var.bucket.name], []) : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", name))])
    error_message = "bucket holds a name that no bucket has: write the name alone (no ARN), 3 to 63 lower-case letters, digits and hyphens, for example bbws-templates-prod."
  }

  validation {
    condition     = try(length(var.bucket.replication.rule_id) > 0, var.bucket == null || try(var.bucket.replication == null, true))
    error_message = "bucket.replication.rule_id is empty: write the id of the replication rule, which its metrics carry."
  }
}

variable "runtime" {
  description = "Metrics of the Lambdas' client to watch beside the bucket: their namespace, and the address of the runbooks that the alarms name; null for none."
  type = object({
    namespace = string
    runbooks  = string
  })
  default = null

  validation {
    condition     = var.runtime == null || var.bucket != null
    error_message = "The alarms of the Lambdas' client bear the name of the bucket that they read: write bucket as well, or leave runtime out."
  }

  validation {
    condition     = var.runtime == null || try(can(regex("^[A-Za-z0-9][A-Za-z0-9_./#:-]{0,254}$", var.runtime.namespace)) && !startswith(var.runtime.namespace, "AWS/"), false)
    error_message = "runtime.namespace is not a namespace of metrics: write what the client is given, for example Mail/Templates."
  }

  validation {
    condition     = var.runtime == null || try(can(regex("^https://[^ ]{1,400}[^ /]$", var.runtime.runbooks)), false)
    error_message = "runtime.runbooks is not an address: write that of the folder, without a slash at its end, for example https://github.com/OWNER/REPOSITORY/blob/main/docs/runbooks."
  }
}

variable "thresholds" {
  description = "When an alarm goes off: counts per period, milliseconds (ms), seconds (s), or a share from 0 to 1 (mails_)."
  type = object({
    table_errors          = optional(number, 0)
    table_throttles       = optional(number, 0)
    table_latency_ms      = optional(number, 100)
    table_replication_ms  = optional(number, 60000)
    bucket_4xx            = optional(number, 20)
    bucket_5xx            = optional(number, 0)
    bucket_latency_ms     = optional(number, 500)
    replication_latency_s = optional(number, 900)
    replication_backlog   = optional(number, 0)
    replication_bytes     = optional(number, 0)
    mails_last_known_good = optional(number, 0.1)
    unconfirmed_s         = optional(number, 3600)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for threshold in values(var.thresholds) : threshold >= 0])
    error_message = "A threshold is below 0: write 0 or more."
  }

  validation {
    condition     = var.thresholds.replication_latency_s <= 900
    error_message = "thresholds.replication_latency_s is ${var.thresholds.replication_latency_s}: the recovery point is 15 minutes, so write 900 or less."
  }

  validation {
    condition     = var.thresholds.mails_last_known_good < 1 && var.thresholds.unconfirmed_s <= 3600
    error_message = "thresholds.mails_last_known_good is a share of mails below 1, and thresholds.unconfirmed_s at most the 3600 of an hour: write for example 0.1 and 3600."
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
