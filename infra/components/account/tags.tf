# The seven tags that every resource must carry. They reach it through the provider's default tags, here and in the
# region of the copies; the plan report and the verifier refuse a resource that lacks one.
# The design knows two values of Component, dynamodb and s3. What the account pays for here is the backups of the
# tables; what serves the templates says s3 for itself.

locals {
  tags = {
    Environment  = var.environment
    Project      = "BBWS WP Containers"
    Owner        = "Tebogo"
    CostCenter   = "AWS"
    ManagedBy    = "Terraform"
    BackupPolicy = var.backup_policy
    Component    = "dynamodb"
  }
}
