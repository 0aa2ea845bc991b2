# Alarms of tables. DynamoDB counts server errors and latency per operation, so these are summed over the operations in
# use; nothing is ever deleted, hence no DeleteItem.

locals {
  tables     = { for table in var.tables : table.name => table }
  operations = ["GetItem", "PutItem", "UpdateItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem"]

  table_throttles = merge([
    for name in keys(local.tables) : {
      "${name}-read-throttles"  = { table = name, metric = "ReadThrottleEvents" }
      "${name}-write-throttles" = { table = name, metric = "WriteThrottleEvents" }
    }
  ]...)

  index_throttles = !local.enhanced ? {} : merge([
    for table in var.tables : merge([
      for index in table.indexes : {
        "${table.name}-${index}-read-throttles"  = { table = table.name, index = index, metric = "ReadThrottleEvents" }
        "${table.name}-${index}-write-throttles" = { table = table.name, index = index, metric = "WriteThrottleEvents" }
      }
    ]...)
  ]...)

  slow_operations = !local.enhanced ? {} : merge([
    for name in keys(local.tables) : {
      for operation in ["GetItem", "PutItem", "Query"] :
      "${name}-${operation}-latency" => { table = name, operation = operation }
    }
  ]...)

  replicated_tables = !local.comprehensive ? {} : {
    for name, table in local.tables : name => table.replica_region if table.replica_region != null
  }
}

resource "aws_cloudwatch_metric_alarm" "table_errors" {
  for_each = local.tables

  alarm_name          = "${local.prefix}-${each.key}-system-errors"
  alarm_description   = "DynamoDB answered requests for the table ${each.key} with server errors."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.table_errors
  evaluation_periods  = local.evaluation_periods
  datapoints_to_alarm = local.datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags

  metric_query {
    id          = "errors"
    expression  = "SUM(METRICS())"
    label       = "Server errors"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { for index, operation in local.operations : "m${index}" => operation }

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "SystemErrors"
        period      = local.period
        stat        = "Sum"
        dimensions  = { TableName = each.key, Operation = metric_query.value }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "table_throttles" {
  for_each = local.table_throttles

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "DynamoDB throttled requests for the table ${each.value.table} (${each.value.metric})."
  namespace           = "AWS/DynamoDB"
  metric_name         = each.value.metric
  dimensions          = { TableName = each.value.table }
  statistic           = "Sum"
  period              = local.period
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.table_throttles
  evaluation_periods  = local.evaluation_periods
  datapoints_to_alarm = local.datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "index_throttles" {
  for_each = local.index_throttles

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "DynamoDB throttled requests for the index ${each.value.index} of ${each.value.table} (${each.value.metric}); a throttled index holds back writes of the table."
  namespace           = "AWS/DynamoDB"
  metric_name         = each.value.metric
  dimensions          = { TableName = each.value.table, GlobalSecondaryIndexName = each.value.index }
  statistic           = "Sum"
  period              = local.period
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.table_throttles
  evaluation_periods  = local.evaluation_periods
  datapoints_to_alarm = local.datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "table_latency" {
  for_each = local.slow_operations

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "${each.value.operation} on the table ${each.value.table} is slow (99th percentile, milliseconds)."
  namespace           = "AWS/DynamoDB"
  metric_name         = "SuccessfulRequestLatency"
  dimensions          = { TableName = each.value.table, Operation = each.value.operation }
  extended_statistic  = "p99"
  period              = local.period
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.table_latency_ms
  evaluation_periods  = local.evaluation_periods
  datapoints_to_alarm = local.slow_datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "table_replication_latency" {
  for_each = local.replicated_tables

  alarm_name          = "${local.prefix}-${each.key}-replication-latency"
  alarm_description   = "Writes to the table ${each.key} take long to reach ${each.value} (milliseconds); a failover now would lose them."
  namespace           = "AWS/DynamoDB"
  metric_name         = "ReplicationLatency"
  dimensions          = { TableName = each.key, ReceivingRegion = each.value }
  statistic           = "Average"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.table_replication_ms
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}
