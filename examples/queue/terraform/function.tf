# The function, and Lambda's poller that gives it messages in batches and takes back only those that failed.

resource "aws_lambda_layer_version" "bbws_templates" {
  layer_name          = "${var.name}-bbws-templates"
  filename            = var.layer_archive
  source_code_hash    = filebase64sha256(var.layer_archive)
  compatible_runtimes = [var.runtime]
}

resource "aws_lambda_function" "sender" {
  #checkov:skip=CKV_AWS_50:What becomes of each message is a line of the log; a trace would add nothing but a right
  #checkov:skip=CKV_AWS_115:The poller bounds how many run at once; a reservation would take it from other functions
  #checkov:skip=CKV_AWS_116:Nobody calls this function asynchronously; the dead letters are those of the queue
  #checkov:skip=CKV_AWS_117:The function speaks to AWS alone, and nothing of the customer's network is within its reach
  #checkov:skip=CKV_AWS_173:The variables of the environment are three names, and no secret
  #checkov:skip=CKV_AWS_272:Who may deploy this root could sign as well; the archive is held to its digest
  function_name    = var.name
  description      = "Sends the emails of the queue ${aws_sqs_queue.emails.name}"
  role             = aws_iam_role.sender.arn
  filename         = var.handler_archive
  source_code_hash = filebase64sha256(var.handler_archive)
  handler          = "handler.handler"
  runtime          = var.runtime
  layers           = [aws_lambda_layer_version.bbws_templates.arn]
  timeout          = local.timeout
  memory_size      = 512

  environment {
    variables = {
      ENVIRONMENT          = var.environment
      TEMPLATE_BUCKET_NAME = var.template_bucket
      SENT_TABLE           = aws_dynamodb_table.sent.name
    }
  }

  logging_config {
    log_format = "Text" # the lines of the metrics are JSON already
    log_group  = aws_cloudwatch_log_group.sender.name
  }

  depends_on = [aws_iam_role_policy.sender]
}

resource "aws_cloudwatch_log_group" "sender" {
  #checkov:skip=CKV_AWS_158:The log holds ids and names of templates, and nothing of what the messages hold
  #checkov:skip=CKV_AWS_338:What became of a message is asked for in days; its table forgets it after a month
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 30
}

resource "aws_lambda_event_source_mapping" "emails" {
  event_source_arn        = aws_sqs_queue.emails.arn
  function_name           = aws_lambda_function.sender.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.concurrency
  }
}
