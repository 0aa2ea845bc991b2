# Alarms of what the Lambdas' client does, on the metrics that it writes into the logs of each (bbws_templates/metrics.py):
# for every mail one value of each, 0 where nothing is wrong.
#
# A mail that does not come from the active release rings, but for the last known good one: a single answer of S3 that is
# late gives a process 15 seconds of that, which harms nobody. There the share of mails counts, so that it rings in an
# outage, however few mails are sent in it, and not for one process among many.
#
# Metrics come out of logs with a delay, so an alarm looks back over three periods for one that is bad. Where no mail is
# sent nothing is known, and silence mends nothing: the state stays (`ignore`) until the next mail tells.

locals {
  runtime = var.runtime == null || var.bucket == null ? {} : { (var.bucket.name) = var.runtime }

  runtime_alarms = merge([
    for name, runtime in local.runtime : {
      "${name}-mails-last-known-good" = {
        metric  = "LastKnownGood", statistic = "Average", threshold = var.thresholds.mails_last_known_good
        runbook = "templates-last-known-good.md"
        text    = "mails come from the last known good release: the bucket does not answer the Lambdas (share of mails)"
      }
      "${name}-mails-previous" = {
        metric  = "Previous", statistic = "Sum", threshold = 0
        runbook = "templates-previous.md"
        text    = "mails come from the release before the active one, which is damaged or not replicated"
      }
      "${name}-mails-deployed" = {
        metric  = "Deployed", statistic = "Sum", threshold = 0
        runbook = "templates-deployed.md"
        text    = "mails come from the copy that was deployed with the code, however old that is"
      }
      "${name}-mails-unavailable" = {
        metric  = "Unavailable", statistic = "Sum", threshold = 0
        runbook = "templates-unavailable.md"
        text    = "mails were not sent: no release could be had from anywhere"
      }
      "${name}-mails-unconfirmed" = {
        metric  = "Unconfirmed", statistic = "Maximum", threshold = var.thresholds.unconfirmed_s
        runbook = "templates-unconfirmed.md"
        text    = "a process has not been able to ask which release is active (seconds)"
      }
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "runtime" {
  for_each = local.runtime_alarms

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "Templates in ${var.environment}: ${each.value.text}. ${var.runtime.runbooks}/${each.value.runbook}"
  namespace           = var.runtime.namespace
  metric_name         = each.value.metric
  dimensions          = { Environment = var.environment }
  statistic           = each.value.statistic
  period              = local.period
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = 3
  datapoints_to_alarm = 1
  treat_missing_data  = "ignore"
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = var.tags
}
