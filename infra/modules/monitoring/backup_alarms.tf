# Backups. A job that failed says so by an event; a job that was never started says nothing, nor does a rule of
# EventBridge that somebody switched off. So the absence of what should be there rings too: a metric of AWS Backup that
# counts the finished jobs of the vault, and is missing where there are none.

locals {
  # Hours without one finished backup after which somebody must look. A daily backup may be an hour late.
  silent_hours = { daily = 25, hourly = 3 }
  backups      = var.backup == null ? {} : { (var.backup.vault_name) = local.silent_hours[var.backup.frequency] }
}

resource "aws_cloudwatch_event_rule" "backup" {
  count = var.topic != null && var.watch_backups ? 1 : 0

  name        = "${local.prefix}-backup-failures"
  description = "Backup and copy jobs that failed, expired or were aborted"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Backup Job State Change", "Copy Job State Change"]
    detail      = { state = ["FAILED", "EXPIRED", "ABORTED"] }
  })
}

resource "aws_cloudwatch_event_target" "backup" {
  count = length(aws_cloudwatch_event_rule.backup)

  rule = aws_cloudwatch_event_rule.backup[0].name
  arn  = aws_sns_topic.this[0].arn
}

# The plan, a vault or its lock changed, which nobody but an administrator can do; it should be no surprise to anybody.
resource "aws_cloudwatch_event_rule" "backup_changes" {
  count = var.topic != null && var.watch_backups ? 1 : 0

  name        = "${local.prefix}-backup-changes"
  description = "Plans and vaults of backups that were changed or deleted"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = ["Backup Plan State Change", "Backup Vault State Change", "Region Setting State Change"]
  })
}

resource "aws_cloudwatch_event_target" "backup_changes" {
  count = length(aws_cloudwatch_event_rule.backup_changes)

  rule = aws_cloudwatch_event_rule.backup_changes[0].name
  arn  = aws_sns_topic.this[0].arn
}

resource "aws_cloudwatch_metric_alarm" "backup" {
  for_each = local.backups

  alarm_name          = "${local.prefix}-backup-missing"
  alarm_description   = "No backup of ${each.key} was finished for ${each.value} hours."
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsCompleted"
  dimensions          = { BackupVaultName = each.key }
  statistic           = "Sum"
  period              = 3600
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = each.value
  datapoints_to_alarm = each.value
  treat_missing_data  = "breaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}
