"""The command line: `closetai …`. Commands import what they need, so that all start quickly."""

import logging
import sys
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from settings import LOG_FORMAT, WrongSettingError, settings

_log = logging.getLogger(__name__)

app = typer.Typer(
    help="ClosetAI: the dashboard for brands that sell with virtual try-on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would show local variables, secrets among them
    rich_markup_mode=None,
)


user = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
key = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
product = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
billing = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
rollup = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rollup, name="rollups", help="Rebuild the rollups that pages read, or check them.")
app.add_typer(user, name="user", help="Add, list and disable users, and set passwords.")
app.add_typer(
    key, name="key", help="Make, list and revoke the keys with which a brand calls the API."
)
app.add_typer(billing, name="billing", help="Bring in what Stripe knows of subscriptions.")
app.add_typer(product, name="products", help="Bring a brand's catalog in from a CSV file.")


@app.command()
def run() -> None:
    """Serve the dashboard and the API until Ctrl-C.

    A worker runs beside them and, without DATABASE_URL, an embedded PostgreSQL.
    """
    import processes

    processes.run(typer.echo)


@app.command()
def migrate(
    status: Annotated[bool, typer.Option("--status", help="Only list the migrations.")] = False,
) -> None:
    """Bring the database's schema up to date."""
    import processes
    from database import migrate

    with processes.database_running():
        if status:
            for entry in migrate.status():
                state = "edited" if entry.edited else "applied" if entry.applied else "pending"
                typer.echo(f"{state:8} {entry.name}")
            return
        applied = processes.migrate()
    for name in applied:
        typer.echo(f"applied  {name}")
    if not applied:
        typer.echo("Nothing to do: the schema is up to date.")


@app.command()
def seed(
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day with data. Default: today."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="About how many try-on jobs. Overrides --scale.")
    ] = None,
    scale: Annotated[
        str, typer.Option(help="default (100 thousand jobs) or full (10 million).")
    ] = "default",
) -> None:
    """Fill an empty database with demo data."""
    import processes
    from accounts import users
    from billing import benchmarks
    from database import demo

    with processes.database_running():
        processes.migrate()
        with _bar("Demo data") as bar:
            demo.seed(until.date() if until else None, jobs, scale, bar.show)
        # The worker does so once a day; the first visitor does not have to wait for it.
        benchmarks.publish(datetime.now(UTC).date())
        samples = users.add_samples()
    if samples:
        typer.echo("Accounts to try the roles with, in development only. Shown this once:")
    for account, password in samples:
        typer.echo(f"  {account.role:13} {account.email}  {password}")


@app.command()
def health() -> None:
    """Ask the running server whether it is well; the exit code is 0 when it is."""
    import urllib.error
    import urllib.request

    read = settings()
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(read.host, read.host)
    address = f"http://{host}:{read.port}/health"
    try:
        with urllib.request.urlopen(address, timeout=10):
            typer.echo("ok")
    except urllib.error.HTTPError as error:
        error.close()
        typer.echo("not ok", err=True)
        raise typer.Exit(1) from None
    except OSError:
        typer.echo(f"Nothing answers at {address}.", err=True)
        raise typer.Exit(1) from None


@app.command()
def worker() -> None:
    """Run one more worker: it makes try-on pictures and does what is due now and then."""
    import processes
    import worker

    with processes.database_running():
        worker.run()


@rollup.command("rebuild")
def rebuild_rollups() -> None:
    """Make all rollups anew from the raw rows. Pages go on reading the old ones meanwhile."""
    import processes
    from database import rollups

    with processes.database_running(), _bar("Rollups") as bar:
        processes.migrate()
        rollups.rebuild(bar.show)


@rollup.command("check")
def check_rollups() -> None:
    """Compare all rollups with the raw rows; the exit code is 0 when they agree."""
    import processes
    from database import rollups

    with processes.database_running(), _bar("Rollups") as bar:
        differences = rollups.check(bar.show)
    if differences:
        for difference in differences:
            typer.echo(difference, err=True)
        raise typer.Exit(1)
    typer.echo("The rollups agree with the raw rows.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write the whole database to a file."""
    import processes
    from database import backup

    with processes.database_running(), _bar("Backup") as bar:
        backup.backup(file, bar.show)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `closetai backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace what the database holds now.")
    ] = False,
) -> None:
    """Load a backup. All or nothing: when it fails, the database stays as it was."""
    import processes
    from database import backup

    with processes.database_running(), _bar("Restore") as bar:
        backup.restore(file, bar.show, force=force)
    typer.echo("Restored. Restart ClosetAI where it is running.")


@user.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    role: Annotated[str, typer.Option(help="admin, analyst or brand_manager.")],
    name: Annotated[str | None, typer.Option(help="Default: the address up to the @.")] = None,
    brand: Annotated[
        list[str] | None, typer.Option(help="Slug of a brand manager's brand; may be repeated.")
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask for the password instead of making a random one.")
    ] = False,
) -> None:
    """Add a user and show the password, this once."""
    import processes
    from accounts import users

    chosen = _asked_password() if ask else None
    with processes.database_running():
        password = users.add(email, role, name=name, brands=brand or [], password=chosen)
    typer.echo(f"Added {email}." if ask else f"Added {email} with the password {password}")


@user.command("list")
def user_list() -> None:
    """List the users who sign in with a password."""
    import processes
    from accounts import users

    with processes.database_running():
        everybody = users.everybody()
    for one in everybody:
        seen = f"{one.last_sign_in:%Y-%m-%d}" if one.last_sign_in else "never"
        state = "disabled" if one.disabled else f"last sign-in {seen}"
        brands = ", ".join(one.brands) or "all brands"
        typer.echo(f"{one.email}  {one.role}  {brands}  {state}")


@user.command("passwd")
def user_passwd(
    email: Annotated[str, typer.Argument(help="Whose password.")],
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask for the password instead of making a random one.")
    ] = False,
) -> None:
    """Set a new password, which ends the user's sessions."""
    import processes
    from accounts import users

    chosen = _asked_password() if ask else None
    with processes.database_running():
        password = users.set_password(email, chosen)
    typer.echo("Changed." if ask else f"The new password is {password}")


@user.command("disable")
def user_disable(email: Annotated[str, typer.Argument(help="Whom to keep out.")]) -> None:
    """Keep a user out from the next click on."""
    import processes
    from accounts import users

    with processes.database_running():
        users.disable(email)
    typer.echo(f"{email} is disabled.")


def _asked_password() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


class _bar:  # noqa: N801 – used like a function
    """A progress bar on a terminal; lines of text where there is none (a platform's log)."""

    def __init__(self, title: str) -> None:
        from tqdm import tqdm

        self._terminal = sys.stderr.isatty()
        self._title = title
        self._said = -1.0
        self._tqdm = tqdm(
            total=1.0,
            desc=title,
            disable=not self._terminal,
            bar_format="{desc}: {percentage:3.0f}% |{bar}| {elapsed}, left {remaining}{postfix}",
        )

    def show(self, fraction: float, message: str) -> None:
        """Show how far it is (0 to 1) and what is being done."""
        if self._terminal:
            self._tqdm.set_postfix_str(message, refresh=False)
            self._tqdm.update(max(fraction - self._tqdm.n, 0))
        elif fraction >= self._said + 0.1 or fraction == 1:
            self._said = fraction
            typer.echo(f"{self._title}: {fraction:.0%} {message}", err=True)

    def __enter__(self) -> "_bar":
        return self

    def __exit__(self, *_: object) -> None:
        self._tqdm.close()


Slug = Annotated[str, typer.Argument(help="The brand's slug.")]


@key.command("make")
def key_make(
    brand: Slug,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What a secret key may do; may be repeated.")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A page that may use a publishable key; may be repeated."),
    ] = None,
) -> None:
    """Make a key and show it, this once: secret with scopes, publishable with origins."""
    import processes
    from accounts import tokens, users
    from database.tenancy import Scope

    if bool(scope) == bool(origin):
        raise tokens.TokenError(
            "Say --scope for a secret key or --origin for a publishable one. "
            f"Scopes are {', '.join(tokens.SCOPES)}."
        )
    with processes.database_running():
        _, made = tokens.make_key(
            Scope.system(),
            users.brand_of(brand),
            "secret" if scope else "publishable",
            name,
            datetime.now(UTC),
            scopes=scope or [],
            origins=origin or [],
        )
    typer.echo(made)


@key.command("list")
def key_list(brand: Slug) -> None:
    """List a brand's keys, without the keys themselves."""
    import processes
    from accounts import tokens, users
    from database.tenancy import Scope

    with processes.database_running():
        found = tokens.keys_of(Scope.system(), users.brand_of(brand))
    for one in found:
        state = "revoked" if one.is_revoked else f"last used {one.used_at or 'never'}"
        typer.echo(
            f"{one.id}  {one.kind}  {one.name}  {', '.join(one.scopes + one.origins)}  {state}"
        )


@key.command("revoke")
def key_revoke(token: Annotated[UUID, typer.Argument(help="The id, as listed.")]) -> None:
    """End a key at once."""
    import processes
    from accounts import tokens
    from database.tenancy import Scope

    with processes.database_running():
        if not tokens.revoke(Scope.system(), token, datetime.now(UTC)):
            raise tokens.TokenError("There is no such key that is not revoked already.")


@billing.command("customer")
def billing_customer(
    brand: Slug,
    customer: Annotated[str, typer.Argument(help="Stripe's number of the customer, cus_….")],
) -> None:
    """Say which Stripe customer a brand is: events of that customer are the brand's."""
    import processes
    from accounts import users

    with processes.database_running():
        users.set_customer(brand, customer)


@billing.command("order")
def billing_order(
    brand: Slug,
    count: Annotated[int, typer.Option("--credits", help="How many credits it is for.")],
    amount: Annotated[str, typer.Option(help="What is to be paid, in roubles.")],
) -> None:
    """Expect a payment for credits by T-Bank; prints the number for its OrderId."""
    import processes
    from accounts import users
    from billing import BillingError, tbank

    try:
        roubles = Decimal(amount)
    except InvalidOperation:
        raise BillingError("The amount looks like 2500.00.") from None
    with processes.database_running():
        typer.echo(tbank.order(users.brand_of(brand), count, roubles))


@billing.command("backfill")
def billing_backfill() -> None:
    """Read every subscription that Stripe has, and bring those up to date that differ."""
    import stripe

    import processes
    from billing import stripe_events

    secret = settings().stripe_key
    if secret is None:
        raise WrongSettingError("CLOSETAI_STRIPE_KEY is missing: a key that reads subscriptions.")
    client = stripe.StripeClient(secret.get_secret_value())
    with processes.database_running():
        done = stripe_events.backfill(client, settings().usd_rates, datetime.now(UTC))
    typer.echo(f"{done.read} read, {done.changed} changed, {done.left_out} left out.")
    if done.left_out:
        typer.echo("Left out is whose customer is no brand's, or whose currency has no rate.")


@product.command("import")
def products_import(
    file: Annotated[Path, typer.Argument(help="A CSV file with a line of titles.")],
    brand: Annotated[str, typer.Option(help="The brand's slug.")],
) -> None:
    """Add the products of a file, and change those whose SKU is known.

    Columns are told by their titles; what is not known becomes a custom field. Rows that cannot be
    used are listed, and left out.
    """
    from tqdm import tqdm

    import csv_files
    import processes
    from accounts import users
    from database.tenancy import Scope
    from tryon import catalog, catalog_csv

    try:
        content = file.read_bytes()
    except OSError:
        raise catalog.CatalogError(f"There is no file {file} that can be read.") from None
    sheet = csv_files.read(content)
    read = catalog_csv.read(sheet, catalog_csv.guessed(sheet.titles))
    with processes.database_running():
        owner = users.brand_of(brand)
        with tqdm(total=len(read.drafts), unit=" products", desc="Importing") as bar:

            def written(count: int) -> None:
                bar.update(count - bar.n)

            came = catalog_csv.bring_in(Scope.of_brands([owner]), owner, read.drafts, written)
    for bad in read.bad:
        typer.echo(f"Line {bad.line}, {bad.what or 'no name'}: {bad.reason}", err=True)
    typer.echo(f"{came.made} added, {came.changed} changed, {len(read.bad)} left out.")


def main() -> None:
    """Run a command. What goes wrong is one sentence and exit code 1; the log has the details."""
    try:
        app(prog_name="closetai")
    except WrongSettingError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 – logged, and said in one sentence
        typer.echo(_sentence(error), err=True)
        sys.exit(1)


def _sentence(error: Exception) -> str:
    import csv_files
    import processes
    from accounts import passwords, tokens, users
    from billing import BillingError
    from database import backup, connections, demo, embedded, migrate
    from tryon import catalog

    try:
        log = processes.prepare_home(settings().home) / "closetai.log"
        # A handler of its own: whatever went wrong, logging may not be set up yet.
        handler = logging.FileHandler(log)
    except (OSError, processes.StartError):
        details = ""  # there is no place for a log, which is then what the sentence says
    else:
        handler.setFormatter(logging.Formatter(LOG_FORMAT))
        _log.addHandler(handler)
        _log.error("%s failed", " ".join(sys.argv[1:]), exc_info=error)
        handler.close()
        details = f" (details in {log})"
    expected = (
        processes.StartError,
        embedded.EmbeddedError,
        migrate.MigrationError,
        connections.DatabaseUnavailableError,
        demo.DemoDataError,
        passwords.PasswordError,
        users.UserError,
        tokens.TokenError,
        catalog.CatalogError,
        backup.BackupError,
        BillingError,
        csv_files.CsvError,
    )
    if isinstance(error, expected):
        return str(error)
    return f"This did not work: {type(error).__name__}{details}."


if __name__ == "__main__":
    main()
