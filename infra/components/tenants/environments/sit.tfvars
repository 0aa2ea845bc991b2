environment    = "sit"
account_id     = "815856636111"
region         = "af-south-1"
replica_region = "eu-west-1"

backup_policy        = "daily"
deletion_protection  = false
replicate            = false
recovery_period_days = 35
guard                = true

monitoring_level = "enhanced"
alarm_topic_name = "bbws-alarms-sit"
