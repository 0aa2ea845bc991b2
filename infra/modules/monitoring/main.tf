# A budget, the topic that takes alarms, and the alarms of tables and bucket. Each part is made only when it is asked
# for, so the component `account` makes budget and topic, and every other component the alarms of what it owns.
#
# Levels: `basic` watches errors and throttles of tables and the bucket's 4xx and 5xx answers. `enhanced` adds
# throttled indexes and slow answers. `comprehensive` adds the latency, backlog and failures of replication, and looks
# every minute instead of every five.

locals {
  enhanced      = contains(["enhanced", "comprehensive"], var.level)
  comprehensive = var.level == "comprehensive"
  period        = local.comprehensive ? 60 : 300
  topic_arn     = var.topic == null ? var.alarm_topic_arn : aws_sns_topic.this[0].arn
  actions       = compact([local.topic_arn])
  prefix        = "bbws-${var.environment}"
}

resource "aws_budgets_budget" "this" {
  count = var.budget == null ? 0 : 1

  name         = var.budget.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget.limit_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = var.tags

  dynamic "notification" {
    for_each = { ACTUAL = var.budget.actual_percent, FORECASTED = var.budget.forecast_percent }

    content {
      notification_type          = notification.key
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_sns_topic_arns  = local.actions
      subscriber_email_addresses = var.budget.emails
    }
  }

  # A budget whose topic does not let it publish is refused.
  depends_on = [aws_sns_topic_policy.this]
}
