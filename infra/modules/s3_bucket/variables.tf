variable "name" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "\"${var.name}\" is not a bucket name that S3 accepts: write 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or a digit, for example bbws-templates-dev. (Dots are legal, but break TLS certificates, so they are refused too.)"
  }

  validation {
    condition     = !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.name))
    error_message = "\"${var.name}\" begins or ends with a part that S3 keeps for itself (xn--, sthree-, amzn-s3-demo-, -s3alias, --ol-s3, --x-s3, --table-s3): write a name without it, for example bbws-templates-dev."
  }
}

variable "environment" {
  description = "Environment the bucket belongs to: dev, sit or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "sit", "prod"], var.environment)
    error_message = "There is no environment \"${var.environment}\": write dev, sit or prod."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete the bucket with all its objects."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !(var.force_destroy && var.environment == "prod")
    error_message = "A production bucket must not be deleted with its objects: write force_destroy = false."
  }
}

variable "lifecycle_days" {
  description = "Days after which noncurrent versions are removed and abandoned multipart uploads aborted. Current versions always stay."
  type = object({
    noncurrent_versions = optional(number, 90)
    multipart_uploads   = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.lifecycle_days.noncurrent_versions >= 1 && var.lifecycle_days.noncurrent_versions <= 3650 && floor(var.lifecycle_days.noncurrent_versions) == var.lifecycle_days.noncurrent_versions
    error_message = "lifecycle_days.noncurrent_versions is ${var.lifecycle_days.noncurrent_versions}: write a whole number of days from 1 to 3650 (the design says 90)."
  }

  validation {
    condition     = var.lifecycle_days.multipart_uploads >= 1 && var.lifecycle_days.multipart_uploads <= 90 && floor(var.lifecycle_days.multipart_uploads) == var.lifecycle_days.multipart_uploads
    error_message = "lifecycle_days.multipart_uploads is ${var.lifecycle_days.multipart_uploads}: write a whole number of days from 1 to 90 (the design says 7)."
  }
}

variable "logging" {
  description = "Where access logs go; null for none. With `create_bucket` the log bucket is made here, otherwise it must exist and let logging.s3.amazonaws.com write."
  type = object({
    bucket         = string
    prefix         = string
    create_bucket  = optional(bool, true)
    retention_days = optional(number, 365)
  })
  default = null

  validation {
    condition     = var.logging == null || try(can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.logging.bucket)) && !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.logging.bucket)), false)
    error_message = "logging.bucket is not a bucket name that S3 accepts: write 3 to 63 lower-case letters, digits and hyphens, without the beginnings and endings that S3 keeps for itself, for example bbws-logs-dev."
  }

  validation {
    condition     = var.logging == null || try(var.logging.bucket != var.name, false)
    error_message = "logging.bucket is the bucket itself: write another one, or every log record would be logged in turn."
  }

  validation {
    condition     = var.logging == null || can(regex("^[^/*?$]([^*?$]*[^/*?$])?/$", var.logging.prefix))
    error_message = "logging.prefix is not a folder of the log bucket: write a name that ends with one slash and begins with none, without *, ? and $, which mean something else in the bucket's policy; for example s3-access-logs/templates/."
  }

  validation {
    condition     = var.logging == null || try(var.logging.retention_days >= 1 && var.logging.retention_days <= 3650 && floor(var.logging.retention_days) == var.logging.retention_days, false)
    error_message = "logging.retention_days is out of range: write a whole number of days from 1 to 3650."
  }
}

variable "settled_for" {
  description = "ARNs of the roles that make the log bucket and may change none of its settings, and delete no log, once it is there."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.settled_for : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])
    error_message = "settled_for takes roles without wildcards: write arn:aws:iam::ACCOUNT:role/NAME."
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
