from typing import Any

from local.template import Template, resources


def properties(template: Template, type_: str) -> dict[str, dict[str, Any]]:
    return {name: resource.get("Properties", {}) for name, resource in resources(template, type_).items()}


def test_the_database_cannot_be_reached_from_outside(template: Template) -> None:
    (database,) = properties(template, "AWS::RDS::DBInstance").values()
    assert database["PubliclyAccessible"] is False
    assert database["VPCSecurityGroups"] == [{"Ref": "DatabaseSecurityGroup"}]
    (subnets,) = properties(template, "AWS::RDS::DBSubnetGroup").values()
    assert {"Ref": "PublicSubnet"} not in subnets["SubnetIds"]


def test_only_the_proxy_reaches_the_database_and_only_functions_the_proxy(template: Template) -> None:
    doors = [
        (door["GroupId"]["Ref"], door.get("SourceSecurityGroupId", {}).get("Ref"))
        for door in properties(template, "AWS::EC2::SecurityGroupIngress").values()
    ]
    assert sorted(doors) == [
        ("DatabaseSecurityGroup", "ProxySecurityGroup"),
        ("ProxySecurityGroup", "FunctionsSecurityGroup"),
    ]
    groups = properties(template, "AWS::EC2::SecurityGroup").values()
    assert not any("SecurityGroupIngress" in group for group in groups)


def test_data_is_encrypted_at_rest_and_on_its_way(template: Template) -> None:
    (database,) = properties(template, "AWS::RDS::DBInstance").values()
    (proxy,) = properties(template, "AWS::RDS::DBProxy").values()
    assert database["StorageEncrypted"] is True
    assert proxy["RequireTLS"] is True


def test_money_survives_a_deleted_stack(template: Template) -> None:
    (database,) = resources(template, "AWS::RDS::DBInstance").values()
    assert database["DeletionPolicy"] == database["UpdateReplacePolicy"] == "Snapshot"
    assert database["Properties"]["DeletionProtection"] == {"Fn::If": ["IsProd", True, False]}


def test_everything_leaves_by_one_address_that_is_never_given_back(template: Template) -> None:
    (address,) = resources(template, "AWS::EC2::EIP").values()
    (gateway,) = properties(template, "AWS::EC2::NatGateway").values()
    assert gateway["AllocationId"] == {"Fn::GetAtt": ["EgressAddress", "AllocationId"]}
    assert address["DeletionPolicy"] == "Retain"
    assert template["Outputs"]["EgressAddress"]["Value"] == {"Ref": "EgressAddress"}
    private = template["Globals"]["Function"]["VpcConfig"]["SubnetIds"]
    assert private == [{"Ref": "PrivateSubnetA"}, {"Ref": "PrivateSubnetB"}]
