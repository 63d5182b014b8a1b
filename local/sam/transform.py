"""Prints what CloudFormation would be given for a template: `transform.py TEMPLATE PARAMETERS…`.

Each PARAMETERS is an object in JSON and gets its own answer, all of them as one list in JSON. The SAM CLI's own Python
runs this (see local.artifact.versions), so it imports nothing of ours. A folder of code stands for itself by a hash
of what it holds, as its place in S3 would.
"""

import json
import sys
from pathlib import Path

from boto3.session import Session
from samcli.lib.utils.hash import dir_checksum
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


def transformed(path: Path, parameters: dict[str, str]) -> dict:
    template = yaml_parse(path.read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if name := CODE.get(resource["Type"]):
            folder = path.parent / resource["Properties"].get(name, "")
            resource["Properties"][name] = f"s3://uploaded/{dir_checksum(str(folder))}"
    translator = Translator({}, Parser(), boto_session=Session(region_name="eu-central-1"))
    return translator.translate(template, parameters)


if __name__ == "__main__":
    path, *wishes = sys.argv[1:]
    json.dump([transformed(Path(path), json.loads(wish)) for wish in wishes], sys.stdout)
