variable "bucket" {
  description = "Name of the bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket)) && !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.bucket))
    error_message = "\"${var.bucket}\" is not a bucket name that S3 accepts: write the name alone (no ARN, no s3://), 3 to 63 lower-case letters, digits and hyphens, without the beginnings and endings that S3 keeps for itself."
  }
}

variable "account_id" {
  description = "Number of the AWS account that owns the bucket; nobody else is let in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "\"${var.account_id}\" is not an AWS account: write its 12 digits in quotes, so that leading zeros stay, for example \"093646564004\"."
  }
}

variable "readers" {
  description = "ARNs of the roles that read objects and their versions and list the bucket."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.readers : can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])
    error_message = "Each reader must be a role of account ${var.account_id} without wildcards: write arn:aws:iam::${var.account_id}:role/NAME. Not so: ${join(", ", [for arn in var.readers : coalesce(arn, "nothing") if !can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])}."
  }
}

variable "writers" {
  description = "ARNs of the roles that publish: they create release objects, move the pointer and write the stable keys, and delete nothing."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.writers : can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])
    error_message = "Each writer must be a role of account ${var.account_id} without wildcards: write arn:aws:iam::${var.account_id}:role/NAME. Not so: ${join(", ", [for arn in var.writers : coalesce(arn, "nothing") if !can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])}."
  }
}

variable "pruners" {
  description = "ARNs of the roles that may delete old releases and mend damaged ones. Without one, nobody does."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.pruners : can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])
    error_message = "Each pruner must be a role of account ${var.account_id} without wildcards: write arn:aws:iam::${var.account_id}:role/NAME. Not so: ${join(", ", [for arn in var.pruners : coalesce(arn, "nothing") if !can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])}."
  }

  validation {
    condition     = length(setintersection(toset(var.pruners), toset(var.writers))) == 0
    error_message = "A role is both writer and pruner, so whoever publishes could delete releases: write a role of its own into pruners."
  }
}

variable "settled_for" {
  description = "ARNs of the roles that make the settings of the bucket and may change none of them once this policy is there. `[]` where the environment may be torn down by them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.settled_for : can(regex("^arn:aws[a-z-]*:iam::${var.account_id}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$", arn))])
    error_message = "settled_for takes roles of account ${var.account_id} without wildcards: write arn:aws:iam::${var.account_id}:role/NAME."
  }
}

variable "protected" {
  description = "Whether nobody may delete the bucket or a version in it. To do it, an administrator changes this policy first."
  type        = bool
  default     = false
  nullable    = false
}

variable "immutable_prefixes" {
  description = "Key prefixes whose objects are written once: releases, the files they share, and the pages of the history. `[]` for a bucket without releases."
  type        = list(string)
  default     = ["releases/", "objects/", "history/"]
  nullable    = false

  validation {
    condition     = alltrue([for prefix in var.immutable_prefixes : can(regex("^[^*?$/][^*?$]*/$", prefix))])
    error_message = "An immutable prefix must name a folder: write it without a leading slash, wildcards and $ and with a slash at the end, for example releases/."
  }
}

variable "prunable_prefixes" {
  description = "Those of the immutable prefixes under which the pruner may delete; the history is not among them."
  type        = list(string)
  default     = ["releases/", "objects/"]
  nullable    = false

  validation {
    condition     = length(setsubtract(toset(var.prunable_prefixes), toset(var.immutable_prefixes))) == 0 || length(var.immutable_prefixes) == 0
    error_message = "prunable_prefixes holds a prefix that is not immutable: write only prefixes that are in immutable_prefixes (${join(", ", var.immutable_prefixes)})."
  }
}

variable "pointer_keys" {
  description = "Keys that move only by compare-and-swap (If-Match, or If-None-Match at first). `[]` for a bucket without a pointer."
  type        = list(string)
  default     = ["current.json"]
  nullable    = false

  validation {
    condition     = alltrue([for key in var.pointer_keys : can(regex("^[^*?$/]([^*?$]*[^*?$/])?$", key))])
    error_message = "A pointer key must name one object: write it without a leading slash, wildcards and $, for example current.json."
  }
}

variable "stable_key_patterns" {
  description = "Patterns of the stable keys, which the pruner removes with the last release that has the template."
  type        = list(string)
  default     = ["*.html", "*.txt"]
  nullable    = false

  validation {
    condition     = alltrue([for pattern in var.stable_key_patterns : can(regex("^[^*?$]*[*?]?[^*?$]*$", pattern)) && can(regex("[A-Za-z0-9]", pattern)) && !try(startswith(pattern, "/"), true)])
    error_message = "A stable key pattern has one wildcard at most and a letter or digit beside it, or it would take in everything (as * and *.* do): write for example *.html."
  }

  validation {
    condition = try(alltrue(flatten([
      for prefix in setsubtract(var.immutable_prefixes, var.prunable_prefixes) : [
        for start in compact([for pattern in var.stable_key_patterns : regex("^[^*?]*", pattern)]) : !startswith(prefix, start) && !startswith(start, prefix)
      ]
    ])), true)
    error_message = "A stable key pattern takes in what nobody may delete (${join(", ", setsubtract(var.immutable_prefixes, var.prunable_prefixes))}): write one that begins with something else, for example *.html."
  }
}
