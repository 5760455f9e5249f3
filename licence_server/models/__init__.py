"""One table a file; importing this package knows them all."""

from licence_server.models.activation_token import ActivationToken
from licence_server.models.api_key import ApiKey
from licence_server.models.audit_entry import AuditEntry, AuditHead
from licence_server.models.back_off import BackOff
from licence_server.models.bulk_job import BulkJob, BulkPart
from licence_server.models.carried_message import CarriedMessage
from licence_server.models.idempotency_record import IdempotencyRecord
from licence_server.models.installation import Installation
from licence_server.models.installation_token import InstallationToken
from licence_server.models.keyset import Keyset, Root, SigningKey
from licence_server.models.kit import Kit, KitItem
from licence_server.models.learner import Learner
from licence_server.models.licence import Licence
from licence_server.models.organisation import Organisation
from licence_server.models.person import Person
from licence_server.models.person_session import PersonSession
from licence_server.models.rate_limit import RateLimit, RateSalt
from licence_server.models.recovery_code import RecoveryCode
from licence_server.models.rejected_report import RejectedReport
from licence_server.models.removed_report import RemovedReport
from licence_server.models.sealed_total import SealedTotal
from licence_server.models.setting import Setting
from licence_server.models.submission import Submission
from licence_server.models.usage_month import ItemMonth, ItemOverall, ReceiptMonth, UsageMonth
from licence_server.models.usage_report import UsageReport
from licence_server.models.usage_total import ItemTotal, ReceiptTotal, UsageTotal

__all__ = [
    "ActivationToken",
    "ApiKey",
    "AuditEntry",
    "AuditHead",
    "BackOff",
    "BulkJob",
    "BulkPart",
    "CarriedMessage",
    "IdempotencyRecord",
    "Installation",
    "InstallationToken",
    "ItemMonth",
    "ItemOverall",
    "ItemTotal",
    "Keyset",
    "Kit",
    "KitItem",
    "Learner",
    "Licence",
    "Organisation",
    "Person",
    "PersonSession",
    "RateLimit",
    "RateSalt",
    "ReceiptMonth",
    "ReceiptTotal",
    "RecoveryCode",
    "RejectedReport",
    "RemovedReport",
    "Root",
    "SealedTotal",
    "Setting",
    "SigningKey",
    "Submission",
    "UsageMonth",
    "UsageReport",
    "UsageTotal",
]
