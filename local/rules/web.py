"""The panels behave at the edge as they do on a developer's machine, and their buckets are private."""

import json
import re
from collections.abc import Iterator
from typing import Any

from local.rules.complaint import Complaint, properties
from local.template import ROOT, Template

EDGE = ROOT / "web" / "edge"
# By the header's name, where CloudFront has a word of its own for it.
SECURITY_HEADERS = {
    "content-security-policy": ("ContentSecurityPolicy", "ContentSecurityPolicy"),
    "referrer-policy": ("ReferrerPolicy", "ReferrerPolicy"),
}
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def rewrite(template: Template) -> Iterator[Complaint]:
    """The one rule, to the letter."""
    wanted = (EDGE / "rewrite.js").read_text(encoding="utf-8").strip()
    for name, function in properties(template, "AWS::CloudFront::Function").items():
        if str(function.get("FunctionCode", "")).strip() != wanted:
            yield Complaint("rewrite-differs", name, "its code is not that of web/edge/rewrite.js")


def headers(template: Template) -> Iterator[Complaint]:
    """The headers that the panels were tried with, and HTTPS, which only AWS can promise."""
    wanted = json.loads((EDGE / "headers.json").read_text(encoding="utf-8"))
    for name, policy in properties(template, "AWS::CloudFront::ResponseHeadersPolicy").items():
        config = policy["ResponseHeadersPolicyConfig"]
        sent = sent_by(config)
        for header in sorted(wanted.keys() | sent.keys()):
            if sent.get(header) != wanted.get(header):
                yield Complaint("headers-differ", name, f"{header} is not that of web/edge/headers.json")
        if not config["SecurityHeadersConfig"].get("StrictTransportSecurity"):
            yield Complaint("headers-differ", name, "nothing keeps a browser on HTTPS")


def sent_by(config: dict[str, Any]) -> dict[str, str]:
    """A policy's headers as web/edge/headers.json writes them."""
    security = config.get("SecurityHeadersConfig", {})
    sent = {
        header: as_written(security[group][field])
        for header, (group, field) in SECURITY_HEADERS.items()
        if group in security
    }
    if "ContentTypeOptions" in security:
        sent["x-content-type-options"] = "nosniff"
    items = config.get("CustomHeadersConfig", {}).get("Items", [])
    return sent | {item["Header"]: as_written(item["Value"]) for item in items}


def as_written(value: Any) -> str:
    text = value["Fn::Sub"] if isinstance(value, dict) else str(value)
    return re.sub(r"\$\{ApiBaseUrl\}", "{api}", text)


def buckets(template: Template) -> Iterator[Complaint]:
    for name, bucket in properties(template, "AWS::S3::Bucket").items():
        blocked = bucket.get("PublicAccessBlockConfiguration", {})
        if not all(blocked.get(block) is True for block in BLOCKS):
            yield Complaint("bucket-in-public", name, "CloudFront alone reads it, and a mistake must not open it")
        if not bucket.get("BucketEncryption"):
            yield Complaint("bucket-in-the-clear", name, "what it holds is stored unencrypted")


def origins(template: Template) -> Iterator[Complaint]:
    """Both panels go through the rule, the headers, HTTPS and the signature that opens their bucket."""
    for name, panel in properties(template, "AWS::CloudFront::Distribution").items():
        config = panel["DistributionConfig"]
        behaviour = config["DefaultCacheBehavior"]
        if not behaviour.get("FunctionAssociations") or not behaviour.get("ResponseHeadersPolicyId"):
            yield Complaint("panel-off-the-edge", name, "it is served without the rewrite or without the headers")
        if behaviour.get("ViewerProtocolPolicy") not in {"redirect-to-https", "https-only"}:
            yield Complaint("panel-over-http", name, "a network in between may change its code")
        if not all(origin.get("OriginAccessControlId") for origin in config["Origins"]):
            yield Complaint("panel-off-the-edge", name, "its bucket cannot tell it from anybody else")


RULES = (rewrite, headers, buckets, origins)
