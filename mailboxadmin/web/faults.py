"""Faults of what was entered, put beside the field they are about."""

from wtforms import Form

from mailboxadmin.domain.errors import InvalidInput, InvalidInputs


def show(form: Form, fault: InvalidInput) -> None:
    """Put the sentence beside its field, or above the form when it has no such field."""
    if fault.field in form:
        field = form[fault.field]
        field.errors = [*field.errors, fault.sentence]
    else:
        form.form_errors.append(fault.sentence)


def show_all(form: Form, found: InvalidInput | InvalidInputs) -> None:
    """Put each of them there."""
    for fault in found.faults if isinstance(found, InvalidInputs) else (found,):
        show(form, fault)
