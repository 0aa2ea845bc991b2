output "state_bucket_name" {
  description = "Name of the bucket that holds the state."
  value       = module.bucket.name
}

output "lock_table_name" {
  description = "Name of the table that locks the state."
  value       = aws_dynamodb_table.lock.name
}
