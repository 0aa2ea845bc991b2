# Alarms of the bucket. S3 publishes request metrics only for a metrics configuration, here of the whole bucket.
#
# A publish writes for seconds, and metrics of replication are there only while something waits: an alarm that asks for
# several bad minutes would never ring. So one minute with a failure or with a latency beyond the recovery point rings;
# what waits rings when it has not drained in all of 15 minutes. S3 also tells the topic of every object by name that
# failed, or was late (events of the bucket), which needs no metric at all.

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
        metric = "ReplicationLatency", statistic = "Maximum", threshold = var.thresholds.replication_latency_s, minutes = 1
        text   = "objects wait longer to be copied than the recovery point allows (seconds)"
      }
      "${name}-replication-backlog" = {
        source = name, destination = replication.destination_bucket, rule = replication.rule_id
        metric = "OperationsPendingReplication", statistic = "Minimum", threshold = var.thresholds.replication_backlog, minutes = 15
        text   = "objects wait to be copied, and have for 15 minutes"
      }
      "${name}-replication-failures" = {
        source = name, destination = replication.destination_bucket, rule = replication.rule_id
        metric = "OperationsFailedReplication", statistic = "Sum", threshold = 0, minutes = 1
        text   = "objects could not be copied and will not be tried again"
      }
      "${name}-replication-bytes" = {
        source = name, destination = replication.destination_bucket, rule = replication.rule_id
        metric = "BytesPendingReplication", statistic = "Minimum", threshold = var.thresholds.replication_bytes, minutes = 15
        text   = "bytes wait to be copied, and have for 15 minutes"
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
  evaluation_periods  = local.evaluation_periods
  datapoints_to_alarm = local.datapoints
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
  evaluation_periods  = each.value.minutes
  datapoints_to_alarm = each.value.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}

# S3 sends these for a rule with replication time control. The topic must let S3 publish before, or S3 refuses.
resource "aws_s3_bucket_notification" "replication" {
  for_each = local.replicated_buckets

  bucket = each.key

  topic {
    id        = "replication"
    topic_arn = local.topic_arn
    events = [
      "s3:Replication:OperationFailedReplication",
      "s3:Replication:OperationMissedThreshold",
      "s3:Replication:OperationNotTracked",
      "s3:Replication:OperationReplicatedAfterThreshold",
    ]
  }
}
