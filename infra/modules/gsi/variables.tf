variable "attributes" {
  description = "Every attribute that a key may use, with its DynamoDB type: S (string), N (number) or B (binary). Those that no key uses are left out."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for type in values(var.attributes) : try(contains(["S", "N", "B"], type), false)])
    error_message = "A key of DynamoDB is a string, a number or a binary: write S, N or B. Not so: ${join(", ", [for name, type in var.attributes : "${name} = ${coalesce(type, "nothing")}" if !try(contains(["S", "N", "B"], type), false)])}. A boolean cannot key an index: index a string attribute that is derived from it, as activeKey is from active."
  }

  validation {
    condition     = alltrue([for name in keys(var.attributes) : length(name) >= 1 && length(name) <= 255])
    error_message = "The name of an attribute has 1 to 255 characters: write a name of that length."
  }
}

variable "table_keys" {
  description = "Names of the attributes that are the table's own keys."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for key in var.table_keys : contains(keys(var.attributes), key)])
    error_message = "The table's key is not declared: write it into attributes. Missing: ${join(", ", [for key in var.table_keys : key if !contains(keys(var.attributes), key)])}."
  }

  validation {
    condition     = length(var.table_keys) <= 2 && length(var.table_keys) == length(distinct(var.table_keys))
    error_message = "A table has a partition key and at most one sort key, of another name: write one or two names into table_keys."
  }
}

variable "indexes" {
  description = "The indexes: name, partition key, sort key (none if absent), projection ALL, KEYS_ONLY or INCLUDE, and the attributes to include."
  type = list(object({
    name          = string
    partition_key = string
    sort_key      = optional(string)
    projection    = optional(string, "ALL")
    include       = optional(list(string), [])
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for index in var.indexes : can(regex("^[A-Za-z0-9_.-]{3,255}$", index.name))])
    error_message = "The name of an index has 3 to 255 letters, digits, underscores, hyphens and dots: write for example EmailIndex. Not so: ${join(", ", [for index in var.indexes : "\"${coalesce(index.name, "nothing")}\"" if !can(regex("^[A-Za-z0-9_.-]{3,255}$", index.name))])}."
  }

  validation {
    condition     = length(var.indexes) == length(distinct([for index in var.indexes : index.name]))
    error_message = "Two indexes have the same name: write each name once. Given: ${join(", ", [for index in var.indexes : index.name])}."
  }

  validation {
    condition     = length(var.indexes) <= 20
    error_message = "${length(var.indexes)} indexes are more than the 20 that DynamoDB allows a table: write at most 20."
  }

  validation {
    condition     = alltrue([for index in var.indexes : try(length(index.partition_key) > 0, false) && index.sort_key != ""])
    error_message = "A key of an index is empty: write the name of an attribute; an index without sort key has no sort_key, or null."
  }

  validation {
    condition     = alltrue([for key in compact(flatten([for index in var.indexes : [index.partition_key, index.sort_key]])) : contains(keys(var.attributes), key)])
    error_message = "An index uses an attribute that is not declared: ${join("; ", [for index in var.indexes : "${index.name} needs ${join(" and ", [for key in compact([index.partition_key, index.sort_key]) : key if !contains(keys(var.attributes), key)])}" if length([for key in compact([index.partition_key, index.sort_key]) : key if !contains(keys(var.attributes), key)]) > 0])}. Write the attribute with its type into attributes (declared: ${join(", ", keys(var.attributes))}), or correct the name in the index."
  }

  validation {
    condition     = alltrue([for index in var.indexes : index.partition_key != coalesce(index.sort_key, " ")])
    error_message = "An index has the same attribute as partition key and as sort key: write another sort_key, or none."
  }

  validation {
    condition     = alltrue([for index in var.indexes : contains(["ALL", "KEYS_ONLY", "INCLUDE"], index.projection)])
    error_message = "The projection of an index is unknown: write ALL, KEYS_ONLY or INCLUDE."
  }

  validation {
    condition     = alltrue([for index in var.indexes : (index.projection == "INCLUDE") == (length(index.include) > 0)])
    error_message = "include goes with projection = \"INCLUDE\" and only with it: write both or neither."
  }

  validation {
    condition     = alltrue([for name in flatten([for index in var.indexes : try(index.include, [])]) : try(length(name) >= 1 && length(name) <= 255, false)])
    error_message = "include holds a name that no attribute has: write names of 1 to 255 characters."
  }

  validation {
    condition     = alltrue([for index in var.indexes : try(length(index.include) == length(distinct(index.include)), false)])
    error_message = "include names an attribute twice: write each once."
  }

  validation {
    condition     = try(length(flatten([for index in var.indexes : index.include])), 0) <= 100
    error_message = "The indexes include ${try(length(flatten([for index in var.indexes : index.include])), 0)} attributes: DynamoDB takes 100 in all indexes of a table together, so write fewer, or projection = \"ALL\"."
  }
}
