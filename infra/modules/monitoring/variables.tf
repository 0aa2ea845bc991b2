variable "environment" {
  description = "Environment: dev, sit or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "sit", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\": write dev, sit or prod."
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
    condition     = var.alarm_topic_arn == null || can(regex("^arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarm_topic_arn))
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
}

variable "thresholds" {
  description = "When an alarm goes off: counts per period, milliseconds (ms) or seconds (s)."
  type = object({
    table_errors          = optional(number, 0)
    table_throttles       = optional(number, 0)
    table_latency_ms      = optional(number, 100)
    table_replication_ms  = optional(number, 60000)
    bucket_4xx            = optional(number, 20)
    bucket_5xx            = optional(number, 0)
    bucket_latency_ms     = optional(number, 500)
    replication_latency_s = optional(number, 900)
    replication_backlog   = optional(number, 100)
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
}

variable "tags" {
  description = "Tags beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
