# Alarms of the bucket. S3 publishes request metrics only for a metrics configuration, here of the whole bucket.

locals {
  buckets = var.bucket == null ? {} : { (var.bucket.name) = var.bucket }

  bucket_alarms = merge([
    for name in keys(local.buckets) : merge(
      {
        "${name}-4xx" = {
          bucket = name, metric = "4xxErrors", statistic = "Sum", threshold = var.thresholds.bucket_4xx
          text   = "requests were refused or found nothing (4xx): a template is missing, or a role lacks rights"
        }
        "${name}-5xx" = {
          bucket = name, metric = "5xxErrors", statistic = "Sum", threshold = var.thresholds.bucket_5xx
          text   = "S3 failed to answer (5xx)"
        }
      },
      !local.enhanced ? {} : {
        "${name}-first-byte-latency" = {
          bucket = name, metric = "FirstByteLatency", statistic = "Average", threshold = var.thresholds.bucket_latency_ms
          text   = "S3 is slow to answer (milliseconds to the first byte)"
        }
      },
    )
  ]...)

  replicated_buckets = !local.comprehensive ? {} : {
    for name, bucket in local.buckets : name => bucket.replication if bucket.replication != null
  }

  replication_alarms = merge([
    for name, replication in local.replicated_buckets : {
      "${name}-replication-latency" = {
        source = name, destination = replication.destination_bucket, rule = replication.rule_id
        metric = "ReplicationLatency", statistic = "Maximum", threshold = var.thresholds.replication_latency_s
        text   = "objects wait longer to be copied than the recovery point allows (seconds)"
      }
      "${name}-replication-backlog" = {
        source = name, destination = replication.destination_bucket, rule = replication.rule_id
        metric = "OperationsPendingReplication", statistic = "Maximum", threshold = var.thresholds.replication_backlog
        text   = "many objects wait to be copied"
      }
      "${name}-replication-failures" = {
        source = name, destination = replication.destination_bucket, rule = replication.rule_id
        metric = "OperationsFailedReplication", statistic = "Sum", threshold = 0
        text   = "objects could not be copied and will not be tried again"
      }
    }
  ]...)
}

resource "aws_s3_bucket_metric" "this" {
  for_each = local.buckets

  bucket = each.key
  name   = "EntireBucket"
}

resource "aws_cloudwatch_metric_alarm" "bucket" {
  for_each = local.bucket_alarms

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "Bucket ${each.value.bucket}: ${each.value.text}."
  namespace           = "AWS/S3"
  metric_name         = each.value.metric
  dimensions          = { BucketName = each.value.bucket, FilterId = aws_s3_bucket_metric.this[each.value.bucket].name }
  statistic           = each.value.statistic
  period              = local.period
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "replication" {
  for_each = local.replication_alarms

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "Replication of ${each.value.source} to ${each.value.destination}: ${each.value.text}."
  namespace           = "AWS/S3"
  metric_name         = each.value.metric
  dimensions          = { SourceBucket = each.value.source, DestinationBucket = each.value.destination, RuleId = each.value.rule }
  statistic           = each.value.statistic
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}
