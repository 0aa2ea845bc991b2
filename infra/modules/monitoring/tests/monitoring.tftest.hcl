mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "093646564004" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:af-south-1:093646564004:bbws-alarms-prod" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:af-south-1:093646564004:key/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  environment     = "prod"
  level           = "comprehensive"
  alarm_topic_arn = "arn:aws:sns:af-south-1:093646564004:bbws-alarms-prod"
  tables          = [{ name = "tenants", indexes = ["EmailIndex"], replica_region = "eu-west-1" }]
  bucket = {
    name        = "bbws-templates-prod"
    replication = { destination_bucket = "bbws-templates-prod-dr-eu-west-1", rule_id = "everything" }
  }
}

run "comprehensive" {
  command = plan

  assert {
    condition = toset(output.alarm_names) == toset([
      "bbws-prod-tenants-system-errors", "bbws-prod-tenants-read-throttles", "bbws-prod-tenants-write-throttles",
      "bbws-prod-tenants-EmailIndex-read-throttles", "bbws-prod-tenants-EmailIndex-write-throttles",
      "bbws-prod-tenants-GetItem-latency", "bbws-prod-tenants-PutItem-latency", "bbws-prod-tenants-Query-latency",
      "bbws-prod-tenants-replication-latency", "bbws-prod-bbws-templates-prod-4xx", "bbws-prod-bbws-templates-prod-5xx",
      "bbws-prod-bbws-templates-prod-first-byte-latency", "bbws-prod-bbws-templates-prod-replication-latency",
      "bbws-prod-bbws-templates-prod-replication-backlog", "bbws-prod-bbws-templates-prod-replication-failures",
      "bbws-prod-bbws-templates-prod-replication-bytes",
    ])
    error_message = "Alarms: ${join(", ", output.alarm_names)}"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.replication["bbws-templates-prod-replication-latency"].threshold == 900
    error_message = "The recovery point of the bucket is 15 minutes."
  }

  assert {
    condition     = { for name, alarm in aws_cloudwatch_metric_alarm.replication : name => "${alarm.datapoints_to_alarm} of ${alarm.evaluation_periods}" } == { "bbws-templates-prod-replication-latency" = "1 of 1", "bbws-templates-prod-replication-failures" = "1 of 1", "bbws-templates-prod-replication-backlog" = "15 of 15", "bbws-templates-prod-replication-bytes" = "15 of 15" }
    error_message = "A failure lasts for one minute of metrics; what does not drain waits for 15."
  }

  assert {
    condition     = contains(one(aws_s3_bucket_notification.replication["bbws-templates-prod"].topic).events, "s3:Replication:OperationFailedReplication")
    error_message = "S3 names every object that could not be copied."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.bucket : alarm.period == 300])
    error_message = "A threshold means the same number of errors in every environment."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.bucket["bbws-templates-prod-4xx"].dimensions.FilterId == aws_s3_bucket_metric.this["bbws-templates-prod"].name
    error_message = "S3 publishes 4xx and 5xx only for a metrics configuration."
  }
}

run "watches_the_client_of_the_lambdas_alike_at_every_level" {
  command = plan

  variables {
    environment = "dev"
    level       = "basic"
    bucket      = { name = "bbws-templates-dev" }
    runtime     = { namespace = "Mail/Templates", runbooks = "https://example.com/docs/runbooks" }
  }

  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.runtime : key => "${alarm.statistic}(${alarm.metric_name}) > ${alarm.threshold}" } == {
      "bbws-templates-dev-mails-last-known-good" = "Average(LastKnownGood) > 0.1"
      "bbws-templates-dev-mails-previous"        = "Sum(Previous) > 0"
      "bbws-templates-dev-mails-deployed"        = "Sum(Deployed) > 0"
      "bbws-templates-dev-mails-unavailable"     = "Sum(Unavailable) > 0"
      "bbws-templates-dev-mails-unconfirmed"     = "Maximum(Unconfirmed) > 3600"
    }
    error_message = "Every fallback of the client rings, and so does an hour without a confirmed release."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.runtime : alarm.treat_missing_data == "ignore" && alarm.dimensions == tomap({ Environment = "dev" }) && alarm.namespace == "Mail/Templates"])
    error_message = "Silence mends nothing, and the metrics are those of this environment."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.runtime : can(regex(" https://example.com/docs/runbooks/templates-[a-z-]+[.]md$", alarm.alarm_description)) && length(alarm.alarm_description) <= 1024])
    error_message = "Each names its runbook."
  }
}

run "refuses_a_client_without_a_bucket_and_metrics_of_amazons_own" {
  command         = plan
  expect_failures = [var.runtime, var.thresholds]

  variables {
    runtime    = { namespace = "AWS/Lambda", runbooks = "docs/runbooks" }
    thresholds = { unconfirmed_s = 86400 }
  }
}

run "rings_when_a_backup_is_missing" {
  command = plan

  variables {
    alarm_topic_arn = null
    topic           = { name = "bbws-alarms-prod" }
    watch_backups   = true
    sending_buckets = ["bbws-templates-prod"]
    backup          = { vault_name = "bbws-tables-prod", frequency = "daily" }
    name_prefix     = "acme"
  }

  override_resource {
    target          = aws_sns_topic.this
    values          = { arn = "arn:aws:sns:af-south-1:093646564004:bbws-alarms-prod" }
    override_during = plan
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.backup["bbws-tables-prod"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.backup["bbws-tables-prod"].evaluation_periods == 25 && aws_cloudwatch_metric_alarm.backup["bbws-tables-prod"].alarm_name == "acme-prod-backup-missing"
    error_message = "25 hours without a finished backup ring, and no data is no backup."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_sns_topic_policy.this[0].policy).Statement : statement.Condition if statement.Sid == "AllowS3ToPublish"
      ] == [{
        StringEquals = { "aws:SourceAccount" = "093646564004" }
        ArnLike      = { "aws:SourceArn" = ["arn:aws:s3:::bbws-templates-prod"] }
    }]
    error_message = "S3 sends for the buckets of this account that are named."
  }
}

run "refuses_a_vault_without_a_rhythm" {
  command         = plan
  expect_failures = [var.backup, var.sending_buckets]

  variables {
    backup          = { vault_name = "bbws-tables-prod", frequency = "weekly" }
    sending_buckets = ["*"]
  }
}

run "basic" {
  command = plan

  variables {
    environment     = "dev"
    level           = "basic"
    alarm_topic_arn = "arn:aws:sns:af-south-1:536580886816:bbws-alarms-dev"
    tables          = [{ name = "tenants", indexes = ["EmailIndex"] }]
    bucket          = { name = "bbws-templates-dev" }
  }

  assert {
    condition     = length(output.alarm_names) == 5
    error_message = "Errors and throttles of the table, 4xx and 5xx of the bucket: ${join(", ", output.alarm_names)}"
  }
}

run "budget_and_topic" {
  command = plan

  variables {
    alarm_topic_arn = null
    topic           = { name = "bbws-alarms-prod", emails = ["support@kimmyai.io"] }
    budget          = { name = "bbws-prod-monthly", limit_usd = 5000 }
    watch_backups   = true
  }

  assert {
    condition     = { for alert in aws_budgets_budget.this[0].notification : alert.notification_type => alert.threshold } == { ACTUAL = 80, FORECASTED = 100 }
    error_message = "Alerts at 80 % of actual and 100 % of forecast cost."
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "5000" && length(aws_cloudwatch_event_rule.backup) == 1
    error_message = "The limit is 5,000 dollars, and failed backups are reported."
  }
}

# EventBridge states no source account: under such a condition it is refused, and nobody hears of a failed backup.
run "lets_eventbridge_publish_without_a_condition" {
  variables {
    alarm_topic_arn = null
    topic           = { name = "bbws-alarms-prod" }
    watch_backups   = true
  }

  assert {
    condition = alltrue([
      for policy in [aws_sns_topic_policy.this[0].policy, aws_kms_key.topic[0].policy] : [
        for statement in jsondecode(policy).Statement : try(statement.Condition, null) == null
        if statement.Effect == "Allow" && contains(flatten([try(statement.Principal.Service, [])]), "events.amazonaws.com")
      ] == [true]
    ])
    error_message = "Topic and key let events.amazonaws.com in by one statement each, without a condition."
  }

  assert {
    condition = alltrue([
      for policy in [aws_sns_topic_policy.this[0].policy, aws_kms_key.topic[0].policy] : [
        for statement in jsondecode(policy).Statement : try(statement.Condition.StringEquals["aws:SourceAccount"], "")
        if statement.Effect == "Allow" && contains(flatten([try(statement.Principal.Service, [])]), "cloudwatch.amazonaws.com")
      ] == ["093646564004"]
    ])
    error_message = "CloudWatch and Budgets send for this account alone."
  }
}

run "lets_eventbridge_in_only_where_backups_are_watched" {
  variables {
    alarm_topic_arn = null
    topic           = { name = "bbws-alarms-prod" }
  }

  assert {
    condition     = !strcontains("${aws_sns_topic_policy.this[0].policy}${aws_kms_key.topic[0].policy}", "events.amazonaws.com")
    error_message = "Without a rule of EventBridge, EventBridge needs no right."
  }
}

run "refuses_alarms_that_go_nowhere" {
  command         = plan
  expect_failures = [var.alarm_topic_arn]

  variables {
    alarm_topic_arn = null
  }
}

run "refuses_less_for_production" {
  command         = plan
  expect_failures = [var.level]

  variables {
    level = "basic"
  }
}

run "refuses_a_recovery_point_beyond_the_design" {
  command         = plan
  expect_failures = [var.thresholds]

  variables {
    thresholds = { replication_latency_s = 3600 }
  }
}

run "refuses_a_budget_of_nothing" {
  command         = plan
  expect_failures = [var.budget]

  variables {
    budget = { name = "bbws-prod-monthly", limit_usd = 0 }
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }
}
