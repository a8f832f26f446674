module bedrock-access.dev/test/credential-helper
go 1.23
require github.com/aws/rolesanywhere-credential-helper v1.4.0
