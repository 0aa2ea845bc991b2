output "indexes" {
  description = "The indexes by name, in the words of aws_dynamodb_table's global_secondary_index."
  value       = { for index in local.indexes : index.name => index }
}

output "attributes" {
  description = "Name to type of the attributes that the table must declare, neither more nor fewer."
  value       = { for name in local.used_attributes : name => var.attributes[name] }
}
