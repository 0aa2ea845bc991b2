# The seven tags that every resource must carry. They reach it through the provider's default tags, here and in the
# region of the copies; the plan report and the verifier refuse a resource that lacks one.

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
