output "queue_url" {
  description = "Address of the queue; who sends emails needs sqs:SendMessage on it."
  value       = aws_sqs_queue.emails.id
}

output "queue_arn" {
  description = "ARN of the queue, for the rights of those that send emails."
  value       = aws_sqs_queue.emails.arn
}

output "dead_letters_url" {
  description = "Address of the queue that holds what could not be sent."
  value       = aws_sqs_queue.dead.id
}

output "role_name" {
  description = "Role of the function: the policy of the templates bucket must let it read."
  value       = aws_iam_role.sender.name
}
