"""The console script ``kiosk``: every command of the contract, each loaded only when it is called."""

import os
import resource
import sys
from importlib import import_module

import click

from kiosk.commands.answer import print_anything

COMMANDS = {
    "demo": "serve:demo",
    "serve": "serve:serve",
    "doctor": "doctor:doctor",
    "read-form": "form_qr:read_form",
    "check-photo": "photo:check_photo",
    "photo-sheet": "photo:photo_sheet",
    "staff": "staff:staff",
    "keys": "keys:keys",
    "plan": "plan:plan",
    "window": "window:window",
    "pack": "pack:pack",
    "fill": "window:fill",
    "audit": "audit:audit",
    "migrate": "audit:migrate",
    "seal": "batch:seal",
    "verify": "batch:verify",
    "open": "batch:open_batch",
    "intake": "intake:intake",
    "intake-queue": "intake_worker:intake_queue",
    "intake-worker": "intake_worker:intake_worker",
    "office": "office:office",
    "acknowledge": "acknowledge:acknowledge",
    "erase": "erase:erase",
    "hand-over": "hand_over:hand_over",
    "backup": "backup:backup",
    "report": "report:report",
}

PRIVATE = 0o077
"""While a command runs, whatever it writes is for its own account only."""

_SENTENCE = 200
"""Characters of a command's first sentence; longer than any."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"kiosk.commands.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The whole first sentence of each command, on as many lines as it takes."""
        commands = ((name, self.get_command(ctx, name)) for name in COMMANDS)
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(_SENTENCE)) for name, each in commands if each])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="madoguchi-kiosk")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Application window for My Number Card applications."""
    print_anything()
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))  # a crash must not write keys and answers to disk
    before = os.umask(PRIVATE)
    ctx.call_on_close(lambda: os.umask(before))


if __name__ == "__main__":
    sys.exit(main(prog_name="kiosk"))
