"""What the local engine builds of the one stack, what it only records, and what it does not take."""

# What the engine does not take, and what the test does about it.
NOT_TAKEN = {
    "transforms of nested templates": "AWS::LanguageExtensions is expanded before, by the engine's own expansion",
    "references to secrets in nested templates": "they stay as they are written, with the secret's ARN",
    "DKIM tokens of a mail domain": "mail comes from an address alone",
}
# What the engine writes down and does not build, so that nothing here says whether it works.
RECORDED_ONLY = {
    "AWS::Backup::BackupSelection",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DAX::Cluster",
    "AWS::DAX::ParameterGroup",
    "AWS::DAX::SubnetGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::XRay::Group",
    "AWS::XRay::SamplingRule",
}
# What the stack is about. All types are made that the templates name; these must be among them.
BUILT = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::CloudFront::Distribution",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SES::ConfigurationSet",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
}
