output "deployer_role_arn" {
  description = "ARN of the role that deploys and publishes; the pipeline's secret AWS_ROLE_DEV, _SIT or _PROD."
  value       = aws_iam_role.deployer.arn
}

output "planner_role_arn" {
  description = "ARN of the role that plans; the pipeline's secret AWS_PLAN_ROLE_DEV, _SIT or _PROD."
  value       = aws_iam_role.planner.arn
}

output "auditor_role_arn" {
  description = "ARN of the role that looks at the whole account; the pipeline's secret AWS_AUDIT_ROLE_DEV, _SIT or _PROD. null without one."
  value       = one(aws_iam_role.auditor[*].arn)
}

output "pruner_role_arn" {
  description = "ARN of the role that deletes old releases; the pipeline's secret AWS_PRUNE_ROLE_DEV, _SIT or _PROD."
  value       = aws_iam_role.pruner.arn
}

output "reader_policy_arn" {
  description = "ARN of the policy to attach to a Lambda that sends mail."
  value       = aws_iam_policy.template_reader.arn
}

output "boundary_policy_arn" {
  description = "ARN of the policy that bounds every role the deployer makes."
  value       = aws_iam_policy.boundary.arn
}

output "oidc_provider_arn" {
  description = "ARN of GitHub's identity provider."
  value       = local.oidc_provider_arn

  depends_on = [aws_iam_openid_connect_provider.github]
}
