terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
      # aws.replica is the region of the copy. Where nothing is copied, pass the main provider once more.
      configuration_aliases = [aws, aws.replica]
    }
  }
}
