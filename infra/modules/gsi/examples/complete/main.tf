module "indexes" {
  source = "../.."

  table_keys = ["PK", "SK"]

  attributes = {
    PK          = "S"
    SK          = "S"
    email       = "S"
    activeKey   = "S"
    dateCreated = "S"
  }

  indexes = [
    { name = "EmailIndex", partition_key = "email" },
    { name = "ActiveIndex", partition_key = "activeKey", sort_key = "dateCreated" },
  ]
}

output "indexes" {
  description = "The normalised definitions."
  value       = module.indexes.indexes
}
