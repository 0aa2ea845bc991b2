variable "environment" {
  description = "Environment the tables belong to: dev, sit or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "sit", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\": write dev, sit or prod."
  }
}

variable "vault_name" {
  description = "Name of the vault, and of the vault of the copies."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{2,50}$", var.vault_name))
    error_message = "\"${var.vault_name}\" is not the name of a vault: write 2 to 50 letters, digits, underscores and hyphens, for example bbws-tables-dev."
  }
}

variable "plan_name" {
  description = "Name of the backup plan."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,43}$", var.plan_name))
    error_message = "\"${var.plan_name}\" is not the name of a plan: write 1 to 43 letters, digits, underscores, hyphens and dots, for example bbws-tables-dev-daily."
  }
}

variable "role_name" {
  description = "Name of the role that AWS Backup takes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "\"${var.role_name}\" is not a role name: write 1 to 64 letters, digits and + = , . @ _ -, for example bbws-backup-dev."
  }
}

variable "frequency" {
  description = "How often: `daily` (02:00 UTC) or `hourly` (on the hour)."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["daily", "hourly"], var.frequency)
    error_message = "\"${var.frequency}\" is no backup frequency: write daily (at 02:00 UTC) or hourly."
  }

  validation {
    condition     = var.frequency == "hourly" || var.environment != "prod"
    error_message = "Production is backed up every hour: write frequency = \"hourly\"."
  }
}

variable "retention_days" {
  description = "Days that a recovery point is kept, here and in the copy."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.retention_days >= 7 && var.retention_days <= 365 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is ${var.retention_days}: write a whole number of days from 7 to 365 (the design says 90)."
  }
}

variable "copy" {
  description = "Whether every recovery point is copied to the region of the provider aws.replica."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.copy || var.environment != "prod"
    error_message = "Production's backups are copied to the second region: write copy = true."
  }
}

variable "lock" {
  description = "How long the vaults keep what is in them, whoever asks: at least min_days (as long as the backups are kept, when left out), at most max_days. Without compliance_after_days the lock is one of governance, which an administrator can take off; with it, after as many days, one of compliance, which nobody can."
  type = object({
    min_days              = optional(number)
    max_days              = optional(number, 365)
    compliance_after_days = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.lock.min_days == null || try(var.lock.min_days >= 1 && var.lock.min_days <= var.retention_days && floor(var.lock.min_days) == var.lock.min_days, false)
    error_message = "lock.min_days is longer than the backups are kept, or no whole number of days: AWS would refuse every backup, so write 1 to ${var.retention_days} (retention_days), or leave it out."
  }

  validation {
    condition     = try(var.lock.max_days >= var.retention_days && var.lock.max_days <= 36500 && floor(var.lock.max_days) == var.lock.max_days, false)
    error_message = "lock.max_days is shorter than the backups are kept, or no whole number of days: write ${var.retention_days} (retention_days) or more."
  }

  validation {
    condition     = var.lock.compliance_after_days == null || try(var.lock.compliance_after_days >= 3 && var.lock.compliance_after_days <= 36500 && floor(var.lock.compliance_after_days) == var.lock.compliance_after_days, false)
    error_message = "lock.compliance_after_days is fewer than the 3 days of grace that AWS asks for, or no whole number: write 3 or more, or leave it out for a lock of governance. After them nobody can take the lock off."
  }
}

variable "other_account_vault_arn" {
  description = "ARN of a vault in another account that takes a copy of every recovery point; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.other_account_vault_arn == null || can(regex("^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$", var.other_account_vault_arn))
    error_message = "other_account_vault_arn must be the ARN of a vault: write arn:aws:backup:REGION:ACCOUNT:backup-vault:NAME, or null for none."
  }
}

variable "selection_tags" {
  description = "Tags that a table must carry, all of them, to be backed up."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.selection_tags) >= 1
    error_message = "Without a tag every table of the account would be backed up: write at least one, for example { BackupPolicy = \"daily\" }."
  }

  validation {
    condition     = alltrue([for key, value in var.selection_tags : try(can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,256}$", value)), false)])
    error_message = "selection_tags holds a tag without name or value, or one that AWS refuses, which no table carries: write both, for example { BackupPolicy = \"daily\" }."
  }
}

variable "recovery_point_tags" {
  description = "Tags of the recovery points; the provider's default tags do not reach them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.recovery_point_tags) <= 50 && alltrue([for key, value in var.recovery_point_tags : try(can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value)) && !can(regex("^(?i)aws:", key)), false)])
    error_message = "recovery_point_tags holds one that AWS refuses: ${join(", ", [for key, value in var.recovery_point_tags : "\"${key}\"" if !try(can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value)) && !can(regex("^(?i)aws:", key)), false)])}. Write names of 1 to 128 and values of up to 256 letters, digits, spaces and _ . : / = + - @, no name that begins with aws:, and at most 50."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds the role; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of a policy: write arn:aws:iam::ACCOUNT:policy/NAME, or null for none."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete the vaults with all recovery points."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !(var.force_destroy && var.environment == "prod")
    error_message = "A production vault must not be deleted with its backups: write force_destroy = false."
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
