"""The IAM policy of the role that deploys a stage, generated from what a deploy does.

resources.py    which resource types the templates of a stage have
handlers.py     which actions CloudFormation needs for each type (handlers.json, from AWS's own schemas)
calls.py        which operations our own deploys call (calls.json, as the rehearsal notes them), as IAM actions
unused.py       which actions belong to properties that no template has
scopes.py       which ARNs of each service belong to a stage
policy.py       the statements, in managed policies of the size that IAM takes
bootstrap.py    the stacks of `make bootstrap`

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""
