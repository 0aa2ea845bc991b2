# What the function may do: take messages of its queue, read the templates, note what it sent, send, and log.

resource "aws_iam_role" "sender" {
  name = var.name

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "sender" {
  name = "send"
  role = aws_iam_role.sender.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TakeMessages"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = [aws_sqs_queue.emails.arn]
      },
      {
        Sid      = "ReadTemplates"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${local.bucket}/*"]
      },
      {
        # A template that is missing is said to be, where S3 would otherwise answer that nobody may know.
        Sid      = "ListTemplates"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [local.bucket]
      },
      {
        Sid      = "NoteWhatWasSent"
        Effect   = "Allow"
        Action   = ["dynamodb:UpdateItem"]
        Resource = [aws_dynamodb_table.sent.arn]
      },
      {
        # By the identity of the domain, or by one of an address in it where there is such a one.
        Sid       = "Send"
        Effect    = "Allow"
        Action    = ["ses:SendEmail"]
        Resource  = ["${local.identity}/${var.senders_domain}", "${local.identity}/*@${var.senders_domain}"]
        Condition = { StringLike = { "ses:FromAddress" = ["*@${var.senders_domain}"] } }
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.sender.arn}:*"]
      },
    ]
  })
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  identity  = "arn:${local.partition}:ses:${var.region}:${local.account}:identity"
  bucket    = "arn:${local.partition}:s3:::${var.template_bucket}"
}
