variable "name" {
  description = "Name of the queue and, as the beginning, of everything beside it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "Write up to 40 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "environment" {
  description = "Environment of the templates, which the metrics of the emails name: dev, sit or prod."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the queue and the function: that of the templates bucket."
  type        = string
  default     = "af-south-1"
  nullable    = false
}

variable "template_bucket" {
  description = "Name of the bucket that the templates are published in."
  type        = string
  nullable    = false
}

variable "senders_domain" {
  description = "Domain of the templates' senders, an identity that SES has verified in this region."
  type        = string
  nullable    = false
}

variable "handler_archive" {
  description = "Path of a zip that holds handler.py at its top."
  type        = string
  nullable    = false
}

variable "layer_archive" {
  description = "Path of the layer that `make layer` writes."
  type        = string
  nullable    = false
}

variable "runtime" {
  description = "Runtime of the function; a layer with bytecode (`make layer RUNTIME=…`) is for one alone."
  type        = string
  default     = "python3.12"
  nullable    = false
}

variable "tries" {
  description = "How often a message is given to the function before it goes to the dead-letter queue."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.tries >= 2 && var.tries <= 1000
    error_message = "At least 2, for a passing fault must not end a message, and at most 1,000."
  }
}

variable "concurrency" {
  description = "How many batches of ten are sent at once at most: what SES lets this account send a second."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.concurrency >= 2 && var.concurrency <= 1000
    error_message = "From 2 to 1,000, which are the bounds of Lambda."
  }
}

variable "alarm_topics" {
  description = "ARNs of SNS topics that hear of a message in the dead-letter queue."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
  nullable    = false
}
