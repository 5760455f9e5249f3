"""`licence-server`, given in this process to a deployment of the tests."""

from click.testing import CliRunner, Result

from licence_server.cli.commands import commands
from licence_server.cli.operator import Operator
from tests.support.deployment import Deployment


def command(deployment: Deployment, *arguments: object) -> Result:
    """What a command said, at the moment that the deployment's clock shows."""
    operator = Operator(deployment.environ, deployment.directory, deployment.clock())
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], obj=operator)
