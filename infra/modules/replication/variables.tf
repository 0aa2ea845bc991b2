variable "source_bucket" {
  description = "Name of the versioned bucket that is copied."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.source_bucket)) && !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.source_bucket))
    error_message = "\"${var.source_bucket}\" is not a bucket name that S3 accepts: write the name alone (no ARN), for example bbws-templates-prod."
  }
}

variable "destination_bucket" {
  description = "Name of the versioned bucket, in another region, that takes the copies."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.destination_bucket)) && !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.destination_bucket)) && var.destination_bucket != var.source_bucket
    error_message = "\"${var.destination_bucket}\" cannot take the copies: write the name of another bucket (no ARN), for example bbws-templates-prod-dr-eu-west-1."
  }
}

variable "account_id" {
  description = "Number of the AWS account that owns both buckets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "\"${var.account_id}\" is not an AWS account: write its 12 digits in quotes, so that leading zeros stay, for example \"093646564004\"."
  }
}

variable "role_name" {
  description = "Name of the role that S3 takes to copy."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "\"${var.role_name}\" is not a role name: write 1 to 64 letters, digits and + = , . @ _ -, for example bbws-templates-replication-prod."
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

variable "replication_time_minutes" {
  description = "Minutes within which S3 answers for the copy; S3 offers 15 and nothing else."
  type        = number
  default     = 15
  nullable    = false

  validation {
    condition     = var.replication_time_minutes == 15
    error_message = "replication_time_minutes is ${var.replication_time_minutes}: S3's replication time control knows 15 minutes only, so write 15."
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
