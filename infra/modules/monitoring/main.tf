# A budget, the topic that takes alarms, and the alarms of tables and bucket. Each part is made only when it is asked
# for, so the component `account` makes budget and topic, and every other component the alarms of what it owns.
#
# Levels: `basic` watches errors and throttles of tables and the bucket's 4xx and 5xx answers. `enhanced` adds
# throttled indexes and slow answers. `comprehensive` adds replication, and rings at the first bad window of five
# minutes where the others wait for a second one: whatever rings in a lower level rings in a higher one. What the
# Lambdas' client tells of itself rings alike in all of them.

locals {
  enhanced      = contains(["enhanced", "comprehensive"], var.level)
  comprehensive = var.level == "comprehensive"

  # Errors are counted over the same five minutes everywhere, so that a threshold means the same in every environment.
  period             = 300
  evaluation_periods = 3
  datapoints         = local.comprehensive ? 1 : 2
  slow_datapoints    = local.comprehensive ? 2 : 3

  topic_arn = var.topic == null ? var.alarm_topic_arn : aws_sns_topic.this[0].arn
  actions   = compact([local.topic_arn])
  prefix    = "${var.name_prefix}-${var.environment}"
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
