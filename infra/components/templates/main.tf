# The bucket that holds the email templates, who may read and write it, and in production its copy in a second region.
#
# Order matters to S3: the roles named in the policy must exist (the component `account` makes deployer and pruner, the
# order, payment and tenant services their own), and both buckets must be versioned before one is copied to the other.

data "aws_partition" "current" {}

locals {
  iam       = "arn:${data.aws_partition.current.partition}:iam::${var.account_id}"
  role_arns = { for name in concat(var.reader_role_names, [var.deployer_role_name, var.pruner_role_name]) : name => "${local.iam}:role/${name}" }
  readers   = [for name in var.reader_role_names : local.role_arns[name]]
  writers   = [local.role_arns[var.deployer_role_name]]
  pruners   = [local.role_arns[var.pruner_role_name]]
  settled   = var.guard ? local.writers : []
}

module "bucket" {
  source = "../../modules/s3_bucket"

  name           = var.bucket_name
  environment    = var.environment
  force_destroy  = var.force_destroy
  lifecycle_days = var.lifecycle_days
  settled_for    = local.settled

  logging = {
    bucket        = var.log_bucket.name
    prefix        = var.log_bucket.prefix
    create_bucket = var.log_bucket.create
  }
}

module "bucket_policy" {
  source = "../../modules/bucket_policy"

  # The same name three times: the policy refuses later changes of what these make, so it comes after all of them.
  bucket      = [module.bucket.settled_name, module.monitoring.bucket_name, one(module.replication[*].source_bucket)][0]
  account_id  = var.account_id
  readers     = local.readers
  writers     = local.writers
  pruners     = local.pruners
  settled_for = local.settled
}

# The copy takes the same rules, so that it can be read, and published to, while the first region is away.
module "replica" {
  source = "../../modules/s3_bucket"
  count  = var.replica == null ? 0 : 1

  providers = { aws = aws.replica }

  name           = var.replica.bucket_name
  environment    = var.environment
  force_destroy  = var.force_destroy
  lifecycle_days = var.lifecycle_days
  settled_for    = local.settled

  logging = {
    bucket = var.replica.log_bucket_name
    prefix = var.log_bucket.prefix
  }
}

module "replica_policy" {
  source = "../../modules/bucket_policy"
  count  = var.replica == null ? 0 : 1

  providers = { aws = aws.replica }

  bucket      = [module.replica[0].settled_name, module.replica_monitoring[0].bucket_name, module.replication[0].source_bucket][0]
  account_id  = var.account_id
  readers     = local.readers
  writers     = local.writers
  pruners     = local.pruners
  settled_for = local.settled
}

module "replication" {
  source = "../../modules/replication"
  count  = var.replica == null ? 0 : 1

  source_bucket        = module.bucket.name
  destination_bucket   = module.replica[0].name
  account_id           = var.account_id
  role_name            = var.replica.role_name
  permissions_boundary = "${local.iam}:policy/${var.replica.boundary_policy_name}"
}

module "monitoring" {
  source = "../../modules/monitoring"

  environment     = var.environment
  name_prefix     = var.name_prefix
  level           = var.monitoring_level
  alarm_topic_arn = "arn:${data.aws_partition.current.partition}:sns:${var.region}:${var.account_id}:${var.alarm_topic_name}"

  bucket = {
    name = module.bucket.name
    replication = var.replica == null ? null : {
      destination_bucket = module.replica[0].name
      rule_id            = module.replication[0].rule_id
    }
  }

  runtime = { namespace = var.client_namespace, runbooks = var.runbooks }
}

# The copy is read during a failover, so it is watched from its own region; so are the Lambdas, should they run there.
module "replica_monitoring" {
  source = "../../modules/monitoring"
  count  = var.replica == null ? 0 : 1

  providers = { aws = aws.replica }

  environment     = var.environment
  name_prefix     = var.name_prefix
  level           = var.monitoring_level
  alarm_topic_arn = "arn:${data.aws_partition.current.partition}:sns:${var.replica_region}:${var.account_id}:${var.alarm_topic_name}"

  bucket  = { name = module.replica[0].name }
  runtime = { namespace = var.client_namespace, runbooks = var.runbooks }
}
