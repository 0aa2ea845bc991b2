variable "table" {
  description = "Name of the table that the key encrypts."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,220}$", var.table))
    error_message = "\"${var.table}\" is not a table name, or one that the name of a key cannot hold: write 3 to 220 letters, digits, underscores, hyphens and dots, for example tenants."
  }
}

variable "name_prefix" {
  description = "What the name of the key begins with: `alias/PREFIX-dynamodb-TABLE`."
  type        = string
  default     = "bbws"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,19}$", var.name_prefix))
    error_message = "\"${var.name_prefix}\" cannot begin a name: write 1 to 20 lower-case letters, digits and hyphens, for example bbws."
  }
}

variable "replicate" {
  description = "Whether there is a key for a replica in the region of the provider aws.replica."
  type        = bool
  default     = false
  nullable    = false
}

variable "protected" {
  description = "Whether the keys refuse to be disabled and deleted, by whomever; to do it, their policies are changed first."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_window_days" {
  description = "Days between the order to delete a key and its deletion, in which it can be called back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days is ${var.deletion_window_days}: KMS allows 7 to 30 days, so write a whole number in that range."
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
