from local.rules.complaint import properties
from local.template import Template

PRIVATE = [
    {"Fn::If": ["OwnVpc", {"Ref": "PrivateSubnetA"}, {"Ref": "SubnetA"}]},
    {"Fn::If": ["OwnVpc", {"Ref": "PrivateSubnetB"}, {"Ref": "SubnetB"}]},
]


def test_the_databases_stand_in_the_private_subnets(template: Template) -> None:
    (subnets,) = properties(template, "AWS::RDS::DBSubnetGroup").values()
    assert subnets["SubnetIds"] == template["Globals"]["Function"]["VpcConfig"]["SubnetIds"] == PRIVATE


def test_each_guarded_place_is_reached_by_one_group(template: Template) -> None:
    doors = [
        (door["GroupId"]["Ref"], door["SourceSecurityGroupId"]["Ref"])
        for door in properties(template, "AWS::EC2::SecurityGroupIngress").values()
    ]
    assert sorted(doors) == [
        ("CacheSecurityGroup", "FunctionsSecurityGroup"),
        ("DatabaseSecurityGroup", "ProxySecurityGroup"),
        ("EndpointsSecurityGroup", "FunctionsSecurityGroup"),
        ("ProxySecurityGroup", "FunctionsSecurityGroup"),
        ("ReplicaSecurityGroup", "FunctionsSecurityGroup"),
    ]


def test_one_key_of_ours_seals_the_database_its_password_and_every_log(template: Template) -> None:
    key = {"Fn::GetAtt": ["Key", "Arn"]}
    assert properties(template, "AWS::RDS::DBInstance")["Database"]["KmsKeyId"] == key
    assert properties(template, "AWS::SecretsManager::Secret")["DatabaseSecret"]["KmsKeyId"] == key
    assert all(group["KmsKeyId"] == key for group in properties(template, "AWS::Logs::LogGroup").values())
    assert properties(template, "AWS::KMS::Key")["Key"]["EnableKeyRotation"] is True


def test_prod_cannot_be_deleted_by_mistake(template: Template) -> None:
    database = properties(template, "AWS::RDS::DBInstance")["Database"]
    assert database["DeletionProtection"] == {"Fn::If": ["IsProd", True, False]}


def test_the_address_to_register_is_told(template: Template) -> None:
    assert template["Outputs"]["EgressAddress"]["Value"] == {"Ref": "EgressAddress"}
