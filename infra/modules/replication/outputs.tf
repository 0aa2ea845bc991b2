output "role_arn" {
  description = "ARN of the role that S3 takes to copy."
  value       = aws_iam_role.this.arn
}

output "source_bucket" {
  description = "Name of the source; whoever uses it waits for the rule, as a policy that refuses later changes of it must."
  value       = var.source_bucket

  depends_on = [aws_s3_bucket_replication_configuration.this]
}

output "rule_id" {
  description = "Id of the replication rule; the metrics in CloudWatch carry it."
  value       = "everything"

  depends_on = [aws_s3_bucket_replication_configuration.this]
}
