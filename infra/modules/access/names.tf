# Names and ARNs of everything that the roles are about, said once.

data "aws_partition" "current" {}

locals {
  aws     = "arn:${data.aws_partition.current.partition}"
  regions = distinct([var.region, var.replica_region])

  iam          = "${local.aws}:iam::${var.account_id}"
  boundary_arn = "${local.iam}:policy/${var.boundary_policy_name}"
  made_roles   = [for name in var.made_role_names : "${local.iam}:role/${name}"]

  template_buckets  = [for name in var.template_buckets : "${local.aws}:s3:::${name}"]
  template_objects  = [for arn in local.template_buckets : "${arn}/*"]
  log_buckets       = [for name in var.log_buckets : "${local.aws}:s3:::${name}"]
  all_buckets       = concat(local.template_buckets, local.log_buckets)
  prunable_objects  = flatten([for arn in local.template_buckets : ["${arn}/releases/*", "${arn}/objects/*"]])
  immutable_objects = flatten([for arn in local.template_buckets : ["${arn}/releases/*", "${arn}/objects/*", "${arn}/history/*"]])
  stable_keys       = flatten([for arn in local.template_buckets : ["${arn}/*.html", "${arn}/*.txt"]])
  pointers          = [for arn in local.template_buckets : "${arn}/current.json"]

  table_arns = flatten([for region in local.regions : [for name in var.tables : "${local.aws}:dynamodb:${region}:${var.account_id}:table/${name}"]])

  state_bucket = "${local.aws}:s3:::${var.state.bucket}"
  states       = [for prefix in var.state.key_prefixes : "${local.state_bucket}/${prefix}*"]
  all_states   = concat(local.states, [for prefix in var.state.administrators_keys : "${local.state_bucket}/${prefix}*"])
  lock_ids     = [for prefix in var.state.key_prefixes : "${var.state.bucket}/${prefix}*"]
  lock_table   = "${local.aws}:dynamodb:${var.region}:${var.account_id}:table/${var.state.lock_table}"

  # The alarms of the components that the pipeline applies; those of the account (backups) are an administrator's.
  watched    = concat(var.tables, var.template_buckets)
  alarm_arns = flatten([for region in local.regions : [for name in local.watched : "${local.aws}:cloudwatch:${region}:${var.account_id}:alarm:${var.name_prefix}-${var.environment}-${name}-*"]])

  key_arns = [for region in local.regions : "${local.aws}:kms:${region}:${var.account_id}:key/*"]
  # AWS's own key for DynamoDB has no tags, and the provider looks it up whenever it reads a replica. The keys of the
  # tables are made by an administrator (component `account`), and found by their names.
  named_keys = { StringLike = { "kms:RequestAlias" = ["alias/aws/dynamodb", "alias/${var.name_prefix}-dynamodb-*"] } }
}
