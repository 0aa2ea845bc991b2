output "arn" {
  description = "ARN of the key of the table."
  value       = aws_kms_key.this.arn
}

output "replica_arn" {
  description = "ARN of the key of the replica; null without one."
  value       = one(aws_kms_key.replica[*].arn)
}

output "alias" {
  description = "Name by which a table finds its key, in either region."
  value       = aws_kms_alias.this.name
}
