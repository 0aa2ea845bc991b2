variable "name" {
  description = "Name of the table."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "\"${var.name}\" is not a table name: write 3 to 255 letters, digits, underscores, hyphens and dots, for example tenants."
  }
}

variable "environment" {
  description = "Environment the table belongs to: dev, sit or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "sit", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\": write dev, sit or prod."
  }
}

variable "partition_key" {
  description = "Partition key: name and DynamoDB type (S, N or B)."
  type = object({
    name = optional(string, "PK")
    type = optional(string, "S")
  })
  default  = {}
  nullable = false
}

variable "sort_key" {
  description = "Sort key: name and DynamoDB type (S, N or B); null for a table without one."
  type = object({
    name = optional(string, "SK")
    type = optional(string, "S")
  })
  default = {}

  validation {
    condition     = try(var.sort_key.name != var.partition_key.name, true)
    error_message = "The sort key has the name of the partition key: write another name for sort_key, or sort_key = null for a table without one."
  }
}

variable "attributes" {
  description = "Attributes that an index may use, beside the table's keys, with their DynamoDB type: S, N or B."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in [var.partition_key, var.sort_key] : try(lookup(var.attributes, key.name, key.type) == key.type, true)])
    error_message = "attributes gives a key of the table another type than the key itself has: leave the table's keys out of attributes, and write their types in partition_key and sort_key."
  }
}

variable "indexes" {
  description = "Global secondary indexes, as in the module `gsi`."
  type = list(object({
    name          = string
    partition_key = string
    sort_key      = optional(string)
    projection    = optional(string, "ALL")
    include       = optional(list(string), [])
  }))
  default  = []
  nullable = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table and its replica."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.deletion_protection || var.environment != "prod"
    error_message = "A production table must be protected against deletion: write deletion_protection = true."
  }
}

variable "replicate" {
  description = "Whether the table has a replica in the region of the provider aws.replica."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.replicate || var.environment != "prod"
    error_message = "A production table must have a replica in the second region: write replicate = true."
  }
}

variable "recovery_period_days" {
  description = "How many days point-in-time recovery reaches back."
  type        = number
  default     = 35
  nullable    = false

  validation {
    condition     = var.recovery_period_days >= 1 && var.recovery_period_days <= 35 && floor(var.recovery_period_days) == var.recovery_period_days
    error_message = "recovery_period_days is ${var.recovery_period_days}: DynamoDB keeps 1 to 35 days, so write a whole number in that range (the design says 35)."
  }
}

variable "keys" {
  description = "ARNs of the keys that encrypt the table and its replica, where these are made elsewhere; null to make them here."
  type = object({
    table   = string
    replica = optional(string)
  })
  default = null

  validation {
    condition     = var.keys == null || try(alltrue([for arn in compact([var.keys.table, var.keys.replica]) : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))]) && var.keys.table != null, false)
    error_message = "keys holds something that is not the ARN of a key: write arn:aws:kms:REGION:ACCOUNT:key/ID for table and replica, or leave keys out."
  }

  validation {
    condition     = var.keys == null || !var.replicate || try(var.keys.replica != null, false)
    error_message = "The replica has no key: write keys.replica as well, the ARN of a key in its region."
  }

  validation {
    condition     = try(split(":", var.keys.table)[3] != split(":", var.keys.replica)[3], true)
    error_message = "keys.table and keys.replica are keys of the same region, and a replica lies in another: write the ARN of a key in its region into keys.replica."
  }
}

variable "guard" {
  description = "Whether the table is tagged, last of all, so that the deployer cannot switch recovery off. The provider must leave the tag Guarded out of all others."
  type        = bool
  default     = false
  nullable    = false
}

variable "name_prefix" {
  description = "What the names of the keys begin with that are made here."
  type        = string
  default     = "bbws"
  nullable    = false
}

variable "key_deletion_window_days" {
  description = "Days between the order to delete a key that is made here and its deletion, in which it can be called back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.key_deletion_window_days >= 7 && var.key_deletion_window_days <= 30 && floor(var.key_deletion_window_days) == var.key_deletion_window_days
    error_message = "key_deletion_window_days is ${var.key_deletion_window_days}: KMS allows 7 to 30 days, so write a whole number in that range."
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
