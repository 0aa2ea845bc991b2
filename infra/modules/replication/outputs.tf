output "role_arn" {
  description = "ARN of the role that S3 takes to copy."
  value       = aws_iam_role.this.arn
}

output "rule_id" {
  description = "Id of the replication rule; the metrics in CloudWatch carry it."
  value       = "everything"

  depends_on = [aws_s3_bucket_replication_configuration.this]
}
