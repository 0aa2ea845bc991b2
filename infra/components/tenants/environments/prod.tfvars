environment    = "prod"
account_id     = "093646564004"
region         = "af-south-1"
replica_region = "eu-west-1"

backup_policy        = "hourly"
deletion_protection  = true
replicate            = true
recovery_period_days = 35
guard                = true

monitoring_level = "comprehensive"
alarm_topic_name = "bbws-alarms-prod"
