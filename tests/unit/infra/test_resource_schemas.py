"""What the engine knows of create-only properties is what CloudFormation's provider schemas say."""

import pytest

from infra.resource_schemas import create_only, main, types


def test_the_engines_document_is_that_of_the_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_names_and_what_cannot_change_beside_them() -> None:
    known = create_only()
    assert known["AWS::DAX::Cluster"]["name"] == "ClusterName"
    assert "NodeType" in known["AWS::DAX::Cluster"]["create_only"]
    assert known["AWS::Budgets::Budget"] == {
        "name": "Budget/BudgetName",
        "create_only": ["NotificationsWithSubscribers"],
    }
    assert known["AWS::Backup::BackupVault"] == {"name": "BackupVaultName", "create_only": ["EncryptionKeyArn"]}


def test_pools_and_apis_have_no_unique_name() -> None:
    assert "AWS::Cognito::UserPool" in types()
    assert not {"AWS::Cognito::UserPool", "AWS::Cognito::IdentityPool"} & set(create_only())
