"""What a stage needs that no template can make: secrets, names, certificates, and who must be told what."""

from collections.abc import Iterator
from dataclasses import dataclass

from local.stage import Stage

# What the app's secret says, and how a value is made.
APP_SECRET = {
    "JWT_SECRET_KEY": "openssl rand -base64 48",
    "DATA_KEY": "openssl rand -base64 32, and keep a copy",
    "ZARRINPAL_MERCHANT_ID": "the 36 characters of the terminal",
    "OPENAI_API_KEY": "for automations without one of their own",
}


@dataclass(frozen=True)
class Errand:
    """One thing to do by hand: what it is about, what to do, and the lines that help."""

    about: str
    to_do: str
    more: tuple[str, ...] = ()


def before(stage: Stage) -> Iterator[Errand]:
    """What the first deployment stands on."""
    secret = f"zimmer/{stage.name}/app"
    keys = tuple(f"  {key:<22} {how}" for key, how in APP_SECRET.items())
    yield Errand("secret", f"{secret}, a JSON object with these keys:", keys)
    identity = stage.parameters["MailIdentity"].value
    yield Errand("SES", f"{identity} verified in {stage.region}, and out of its sandbox")
    yield Errand("quota", "1,000 concurrent executions; a new account of AWS has 10")
    if not stage.holds("HasApiDomain"):
        yield Errand("certificate", f"for {host(stage, 'ApiBaseUrl')}, in {stage.region}: ApiCertificateArn")
    if not stage.holds("HasWebDomains"):
        hosts = f"{host(stage, 'FrontendUrl')} and {host(stage, 'AdminUrl')}"
        yield Errand("certificate", f"for {hosts},", ("in us-east-1: WebCertificateArn",))
    if not stage.holds("HasAlarmEmail"):
        yield Errand("alarms", "nobody is told of them: AlarmEmail")
    if stage.holds("HasReadReplica") and not stage.parameters["DbSslRoot"].value:
        yield Errand("replica", "RDS's and Amazon's roots in one file of the layer: DbSslRoot")


def after(stage: Stage) -> Iterator[Errand]:
    """What can be done only with what the first deployment answers."""
    for url, output in (("ApiBaseUrl", "Api"), ("FrontendUrl", "UserPanel"), ("AdminUrl", "AdminPanel")):
        yield Errand("DNS", f"{host(stage, url)} → {output}DomainTarget")
    if stage.holds("OwnVpc"):
        yield Errand("Zarinpal", "register EgressAddress, or it refuses reversals (-62)")
    else:
        yield Errand("Zarinpal", f"register the address by which {stage.parameters['VpcId'].value} leaves")
    command = f"aws secretsmanager update-secret --secret-id zimmer/{stage.name}/app"
    ours = f"  --kms-key-id alias/zimmer-{stage.name}"
    yield Errand("key", "seal the app's secret with ours:", (f"{command} \\", ours))
    yield Errand("manager", "invite the first one: docs/operations.md#first-manager")


def host(stage: Stage, parameter: str) -> str:
    return stage.parameters[parameter].value.removeprefix("https://")
