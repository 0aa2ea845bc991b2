# The queue of the emails to send, and the one that holds what could not be sent until a person has looked at it.

locals {
  # Seconds of one invocation: ten emails at 20 each, which is the longest, and 20 to begin with. In less, what was
  # not begun of a slow batch would come again with one try fewer.
  timeout = 220
}

resource "aws_sqs_queue" "emails" {
  name                      = var.name
  message_retention_seconds = 4 * 86400
  sqs_managed_sse_enabled   = true
  # Six times the function's time, as AWS asks: a batch that was throttled is not given to another meanwhile.
  visibility_timeout_seconds = 6 * local.timeout

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = var.tries
  })
}

resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead"
  message_retention_seconds = 14 * 86400
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  queue_url = aws_sqs_queue.dead.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.emails.arn]
  })
}

resource "aws_cloudwatch_metric_alarm" "dead" {
  alarm_name          = "${var.name}-dead"
  alarm_description   = "An email could not be sent: its message lies in ${aws_sqs_queue.dead.name}."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topics
}

# Which messages were sent, by their ids; without anything of what they hold.
resource "aws_dynamodb_table" "sent" {
  #checkov:skip=CKV_AWS_28:What was sent in the last month is no record; a queue without this table's past doubles nothing older than a message
  #checkov:skip=CKV_AWS_119:The table holds ids of messages only; DynamoDB's own key protects them well enough
  name         = "${var.name}-sent"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }
}
