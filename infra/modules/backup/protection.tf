# What keeps a recovery point until its day. The lock holds for everybody: no recovery point is kept for less than the
# retention, and none is deleted before. In governance mode an administrator with the right to it can take the lock off;
# in compliance mode, after the days of grace, nobody can, not even AWS. The policy refuses what the lock leaves open.

locals {
  other_accounts = compact([try(split(":", var.other_account_vault_arn)[4], null)])

  # Vaults that may be destroyed with their recovery points take neither.
  locked = var.force_destroy ? [] : [var.vault_name]

  vault_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyDestruction"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action = [
          "backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint",
          "backup:PutBackupVaultNotifications", "backup:UpdateRecoveryPointLifecycle",
        ]
        Resource = "*"
      },
      {
        Sid       = "DenyCopiesFromElsewhere"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "backup:CopyIntoBackupVault"
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id } }
      },
    ]
  })
}

resource "aws_backup_vault_lock_configuration" "this" {
  count = length(local.locked)

  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = var.lock.min_days == null ? var.retention_days : var.lock.min_days
  max_retention_days  = var.lock.max_days
  changeable_for_days = var.lock.compliance_after_days
}

resource "aws_backup_vault_policy" "this" {
  count = length(local.locked)

  backup_vault_name = aws_backup_vault.this.name
  policy            = local.vault_policy
}

resource "aws_backup_vault_lock_configuration" "copy" {
  count    = var.copy ? length(local.locked) : 0
  provider = aws.replica

  backup_vault_name   = aws_backup_vault.copy[0].name
  min_retention_days  = var.lock.min_days == null ? var.retention_days : var.lock.min_days
  max_retention_days  = var.lock.max_days
  changeable_for_days = var.lock.compliance_after_days
}

resource "aws_backup_vault_policy" "copy" {
  count    = var.copy ? length(local.locked) : 0
  provider = aws.replica

  backup_vault_name = aws_backup_vault.copy[0].name
  policy            = local.vault_policy
}
