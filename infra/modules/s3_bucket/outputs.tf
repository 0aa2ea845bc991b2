output "name" {
  description = "Name of the bucket; whoever uses it waits for versioning, public-access block and ownership."
  value       = aws_s3_bucket.this.bucket

  depends_on = [
    aws_s3_bucket_versioning.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_ownership_controls.this,
  ]
}

output "settled_name" {
  description = "Name of the bucket; whoever uses it waits for all settings, as a policy that refuses later changes of them must."
  value       = aws_s3_bucket.this.bucket

  depends_on = [
    aws_s3_bucket_versioning.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_lifecycle_configuration.this,
    aws_s3_bucket_logging.this,
  ]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "regional_domain_name" {
  description = "Host name of the bucket in its region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

output "log_bucket_name" {
  description = "Name of the bucket that takes the access logs; null without logging."
  value       = var.logging == null ? null : aws_s3_bucket_logging.this[0].target_bucket
}
