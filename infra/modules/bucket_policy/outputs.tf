output "json" {
  description = "The policy as S3 holds it."
  value       = aws_s3_bucket_policy.this.policy
}

output "statement_ids" {
  description = "Sids of the statements, in order."
  value       = [for statement in local.statements : jsondecode(statement).Sid]
}
