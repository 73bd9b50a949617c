"""Alert mail: developments to mails, mails to the outbox, the outbox to the server.

Three calls make a night, in this order:

    told = find_told(con, development_ids=[...], storyline_ids=[...], as_of=as_of)       # warehouse.outbox: gather
    mails = prepare_mails(developments, recipients=..., preferences=..., mail_settings=..., topics_titles=...,
                          as_of=as_of, run_id=run_id, already_told=told)                 # decide, pure
    with transaction(con):
        ...store the developments...
        queue_mails(con, mails, run_id=run_id, as_of=as_of)                              # apply, in one transaction
    report = deliver(con, mail_settings, clock)                                          # own commits, any time later

The operator's mail is queued like the others, in any transaction, once the night's outcome is known:

    mail = operator_mail(OperatorReport(...), address=..., mail_settings=..., as_of=as_of)   # None when all is well
    queue_mails(con, [mail], run_id=run_id, as_of=as_of)

`deliver` may be called as often as one likes; it sends what is due and nothing twice. Alerts that wait for the end of
quiet hours and mails that wait for another try are due at `report.next_due_at`.
"""

from flows.alerts.delivery import Delivery, DeliveryReport, deliver
from flows.alerts.operator_mail import OperatorReport, SourceChange, operator_mail
from flows.alerts.prepare import prepare_mails, queue_mails
from warehouse.outbox import OutgoingMail, Told, find_told

__all__ = [
    "Delivery",
    "DeliveryReport",
    "OperatorReport",
    "OutgoingMail",
    "SourceChange",
    "Told",
    "deliver",
    "find_told",
    "operator_mail",
    "prepare_mails",
    "queue_mails",
]
