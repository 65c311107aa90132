"""What `make drift` says is read in logs of workflows: it holds no text of a stage."""

import pytest

from infra.deploy.drift import property_difference


@pytest.mark.parametrize(
    ("path", "there", "wanted"),
    [
        ("/Environment/Variables/SIGNING_KEY", "a key of today", "a key of yesterday"),
        ("/DistributionConfig/Origins/1/OriginCustomHeaders/0/HeaderValue", "ZQ7", "8"),
        ("/Subscription/0/Endpoint", "ada@example.com", "bob@example.com"),
        ("/Policies/0/PolicyDocument", '{"Statement":[]}', "{}"),
        ("/Value", "0123456789012345678901", "1"),
    ],
)
def test_a_text_that_differs_is_named_by_its_path_alone(path: str, there: str, wanted: str) -> None:
    said = property_difference({"PropertyPath": path, "ActualValue": there, "ExpectedValue": wanted})
    assert said == f"{path} is not as its template says"


@pytest.mark.parametrize(("there", "wanted"), [("7", "180"), ("true", "false"), ("0.05", "1")])
def test_numbers_and_switches_are_said(there: str, wanted: str) -> None:
    said = property_difference({"PropertyPath": "/Timeout", "ActualValue": there, "ExpectedValue": wanted})
    assert said == f"/Timeout: {there}, not {wanted}"
