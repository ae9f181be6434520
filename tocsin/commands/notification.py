"""``tocsin notification``."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import DATA, Data, Json, broker_address, fail, moment, print_json, run

if TYPE_CHECKING:
    from tocsin.notifications import Notification

OUTCOMES = ("pending", "failed", "ambiguous", "delivered", "superseded")

app = typer.Typer(help="Notifications: what did not arrive, and sending it again.", no_args_is_help=True)
Outcome = Annotated[str, typer.Option("--outcome", help=f"Only these: {', '.join(OUTCOMES)}.")]
ReceiverId = Annotated[str, typer.Option("--receiver", help="Only of this receiver.")]
Since = Annotated[str, typer.Option("--since", help="Only what was asked for or tried within this time: 90m, 8h, 7d.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids as 'notification list' shows them.")]


@app.command("list")
def list_(
    outcome: Outcome = "", receiver: ReceiverId = "", since: Since = "7d", data: Data = DATA, as_json: Json = False
) -> None:
    """List notifications that are pending, failed or ambiguous; others where --outcome asks for them."""
    found = _select(data, outcome, receiver, since)
    for one in found:
        if as_json:
            print_json(_row(one))
        else:
            _show_line(one)
    if not found and not as_json:
        print("none")


@app.command("show")
def show(notification_id: Annotated[str, typer.Argument(help="An id.")], data: Data = DATA) -> None:
    """Show one notification and every attempt at it, as JSON."""
    import msgspec

    one = _find(broker_address(data), [notification_id])[0][0]
    print_json({**_row(one), "records": msgspec.to_builtins(one.records)})


@app.command("resend")
def resend(
    ids: Ids = None,
    outcome: Outcome = "",
    receiver: ReceiverId = "",
    since: Since = "7d",
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Send notifications again that failed or are ambiguous, under the same webhook-id.

    A receiver that is gone (410) gets them once its configuration has changed. Doing it twice sends once.
    """
    from tocsin import notifications

    address = broker_address(data)
    if not (ids or outcome or receiver):
        fail("name ids, --receiver or --outcome", 2)
    if not ids:
        chosen = _select(data, outcome, receiver, since)
        ids = [one.id for one in chosen if one.outcome in notifications.RESENDABLE]
    found, others = _find(address, ids)
    try:
        requests = [notifications.resend_of(one, others, datetime.now(UTC)) for one in found]
    except notifications.NotResendableError as error:
        fail(str(error))
    if requests:
        run(notifications.request_again(address, requests), address)
    print_json({"resent": ids}) if as_json else print(f"asked for {len(requests)} again")


def _select(data: Any, outcome: str, receiver: str, since: str) -> "list[Notification]":
    from tocsin import notifications

    if outcome not in ("", *OUTCOMES):
        fail(f"--outcome {outcome}: choose one of {', '.join(OUTCOMES)}", 2)
    address = broker_address(data)
    begin = moment(since)
    wanted = (outcome,) if outcome else notifications.UNDELIVERED
    found = run(notifications.since(address, begin), address)
    return [one for one in found if one.outcome in wanted and receiver in ("", one.subject[0])]


def _find(address: str, ids: Sequence[str]) -> "tuple[list[Notification], list[Notification]]":
    """The notifications of these ids, and all of their alerts."""
    from tocsin import notifications

    every = run(notifications.of_alerts_of(address, set(ids)), address) if ids else []
    by_id = {one.id: one for one in every}
    unknown = [one for one in ids if one not in by_id]
    if unknown:
        fail(f"no notification has the id {', '.join(unknown)}: see 'tocsin notification list'")
    return [by_id[one] for one in dict.fromkeys(ids)], every


def _row(one: "Notification") -> dict[str, Any]:
    last, request = one.last, one.request
    watch = request.alert.watch if request else None
    receiver_id, alert_id = one.subject
    return {
        "id": one.id,
        "outcome": one.outcome,
        "receiver": receiver_id,
        "watch": (watch.label if watch.sensitive else watch.id) if watch else "",
        "alert_id": alert_id,
        "revision": one.revision,
        "resend": one.resend,
        "requested_at": request.requested_at.isoformat() if request else None,
        "attempts": last.attempt if last else 0,
        "last_at": last.sent_at.isoformat() if last else None,
        "next_attempt_at": last.next_attempt_at.isoformat() if last and last.next_attempt_at else None,
        "status": last.status if last else None,
        "error": last.error if last else "",
    }


def _show_line(one: "Notification") -> None:
    row = _row(one)
    at = f"{one.at:%Y-%m-%d %H:%M:%S}" if one.at else ""
    print(f"{row['id']}  {row['outcome']:<10} {row['receiver']:<20} {row['watch']}")
    print(f"    {at}  attempt {row['attempts']}  {row['error']}".rstrip())
