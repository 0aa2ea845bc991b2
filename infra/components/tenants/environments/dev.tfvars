environment    = "dev"
account_id     = "536580886816"
region         = "af-south-1"
replica_region = "eu-west-1"

backup_policy        = "daily"
deletion_protection  = false
replicate            = false
recovery_period_days = 35
guard                = false

monitoring_level = "basic"
alarm_topic_name = "bbws-alarms-dev"
