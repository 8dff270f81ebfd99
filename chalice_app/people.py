"""Reads what a caller says of a person; what cannot be right is refused, with the field named."""

import re

from chalice_app.schemas import MemberIn
from wallet.domain.contacts import normal_email, normal_phone
from wallet.domain.errors import InvalidError
from wallet.domain.ids import MerchantId
from wallet.domain.merchants import Member
from wallet.domain.program_document import clean_text

_BIRTHDAY = re.compile(r"(\d\d)-(\d\d)")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_member(said: MemberIn, merchant_id: MerchantId) -> Member:
    """The member, with e-mail and phone in the one form by which they are found again."""
    return Member(
        merchant_id=merchant_id,
        name=(clean_text(said.name) or None) if said.name else None,
        email=_email(said.email) if said.email is not None else None,
        phone=_phone(said.phone) if said.phone is not None else None,
        birthday=_birthday(said.birthday) if said.birthday is not None else None,
        locale=said.locale,
    )


def _email(text: str) -> str:
    email = normal_email(clean_text(text))
    if email is None:
        raise InvalidError("member.email", "is not an e-mail address")
    return email


def _phone(text: str) -> str:
    phone = normal_phone(text)
    if phone is None:
        raise InvalidError("member.phone", "must begin with + and the country's number")
    return phone


def _birthday(text: str) -> str:
    match = _BIRTHDAY.fullmatch(text)
    if match and text.isascii():
        month, day = int(match[1]), int(match[2])
        if 1 <= month <= len(_DAYS) and 1 <= day <= _DAYS[month - 1]:
            return text
    raise InvalidError("member.birthday", "must be MM-DD")
