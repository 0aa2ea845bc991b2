output "name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "arn" {
  description = "ARN of the table."
  value       = aws_dynamodb_table.this.arn
}

output "stream_arn" {
  description = "ARN of the table's stream."
  value       = aws_dynamodb_table.this.stream_arn
}

output "index_names" {
  description = "Names of the indexes."
  value       = sort(keys(module.gsi.indexes))
}

output "key_arn" {
  description = "ARN of the key that encrypts the table."
  value       = local.key_arn
}

output "replica_arn" {
  description = "ARN of the replica; null without one."
  value       = one(aws_dynamodb_table_replica.this[*].arn)
}
