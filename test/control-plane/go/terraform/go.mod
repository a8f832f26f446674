module bedrock-access.dev/test/terraform

go 1.20

require github.com/hashicorp/terraform v1.5.7
