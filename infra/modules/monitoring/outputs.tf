output "topic_arn" {
  description = "ARN of the topic that takes the alarms."
  value       = local.topic_arn
}

output "bucket_name" {
  description = "Name of the bucket; whoever uses it waits for its metrics and notifications. null without one."
  value       = try(var.bucket.name, null)

  depends_on = [aws_s3_bucket_metric.this, aws_s3_bucket_notification.replication]
}

output "alarm_names" {
  description = "Names of the alarms made here."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.table_errors : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.table_throttles : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.index_throttles : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.table_latency : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.table_replication_latency : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.bucket : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.replication : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.backup : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.runtime : alarm.alarm_name],
  ))
}
