"""The English letters of the sample office."""

from mailboxadmin.demo.contacts import Voice
from mailboxadmin.demo.people import Desk
from mailboxadmin.demo.template import Attach, Template

_DESIGN, _WORKSHOP, _PURCHASING = Desk.DESIGN, Desk.WORKSHOP, Desk.PURCHASING
_BOOKS, _FRONT, _OFFICE = Desk.BOOKS, Desk.FRONT, Desk.OFFICE


def _letter(
    voices: set[Voice], desks: set[Desk], subject: str, *turns: str, attach: Attach = Attach.NOTHING
) -> Template:
    return Template(
        voices=frozenset(voices),
        desks=frozenset(desks),
        subject=subject,
        turns=turns,
        attach=attach,
    )


ENGLISH_LETTERS = (
    _letter(
        {Voice.CLIENT},
        {_DESIGN, _FRONT},
        "{project}: revised drawing",
        "Hello {you},\n\nthe revised drawing is almost there. Could the shelf above the sink go up"
        " by 40 mm? My measurement from last week was taken before the new floor.\n\n"
        "I have marked it on the attached sheet.\n\nKind regards\n{me}",
        "Hello {you},\n\n40 mm is no problem, the bracket has enough room. I will send the new"
        " sheet on {day} and tell the workshop to wait for it.\n\nBest\n{me}",
        "Perfect, thank you. Then we keep the fitting date.\n\n{me}",
        attach=Attach.DRAWING,
    ),
    _letter(
        {Voice.CLIENT},
        {_DESIGN, _WORKSHOP},
        "Which stain for the {project}?",
        "Hi {you},\n\nwe looked at both samples in daylight. The family prefers the warmer one,"
        " photo attached. Is that still the same price?\n\nThanks\n{me}",
        "Hi {you},\n\nyes, same price. I have noted the warm one for the {project}.\n\n{me}",
        attach=Attach.PHOTO,
    ),
    _letter(
        {Voice.CLIENT},
        {_WORKSHOP, _FRONT},
        "Can you come on {day}?",
        "Dear {you},\n\none of the drawers of the {project} sticks since the heating is on."
        " Could somebody come by on {day} morning? We open at nine.\n\nMany thanks\n{me}",
        "Dear {you},\n\n{day} at eight suits us, before your first customers. It takes half an hour"
        " and costs you nothing, the wood is still settling.\n\n{me}",
    ),
    _letter(
        {Voice.CLIENT},
        {_FRONT},
        "Enquiry: built-in wardrobe, about 3.20 m",
        "Good morning,\n\na neighbour recommended you. We would like a built-in wardrobe under a"
        " sloping ceiling, about 3.20 m wide, in oak or ash. Could you give us a rough price"
        " before somebody comes to measure?\n\nKind regards\n{me}",
        "Good morning {you},\n\nthank you for asking. A wardrobe of that size comes to"
        " about {amount}, depending on the doors. Would {day} afternoon suit you for"
        " measuring? It is free of charge.\n\nKind regards\n{me}",
    ),
    _letter(
        {Voice.CLIENT},
        {_FRONT, _OFFICE},
        "Opening hours between the holidays",
        "Hello,\n\nis the showroom open between the holidays? We would like to see the oak kitchen"
        " again before we decide.\n\n{me}",
    ),
    _letter(
        {Voice.CLIENT},
        {_BOOKS, _FRONT},
        "Question about invoice {number}",
        "Hello {you},\n\ninvoice {number} lists two fitting days for the {project}, we counted one"
        " and a half. Could you have a look before we pay?\n\nRegards\n{me}",
        "Hello {you},\n\nyou are right, the second day ended at noon. A corrected invoice over"
        " {amount} is on its way, please ignore the first one.\n\nRegards\n{me}",
    ),
    _letter(
        {Voice.TIMBER},
        {_PURCHASING, _WORKSHOP},
        "Order {number}: {material} delayed",
        "Hello {you},\n\nthe {material} for order {number} did not pass our own moisture check"
        " (14 %). The next batch leaves the kiln on {day}. Can you wait, or shall I send the"
        " planed boards from stock?\n\n{me}",
        "Hello {you},\n\nwe wait. The {project} is not before next week.\n\nThanks for telling us"
        " early\n{me}",
        "Thank you. The lorry is with you on {day} between seven and nine.\n\n{me}",
    ),
    _letter(
        {Voice.TIMBER},
        {_PURCHASING, _BOOKS},
        "Price list from next month",
        "Dear {you},\n\nplease find our new prices attached. Plywood goes down by about four per"
        " cent, oak stays where it is. Orders up to the end of this month are at the old price.\n\n"
        "Kind regards\n{me}",
        attach=Attach.PRICES,
    ),
    _letter(
        {Voice.TIMBER},
        {_BOOKS, _PURCHASING},
        "Invoice {number}",
        "Dear {you},\n\nattached is invoice {number} over {amount} for {material}, delivered for"
        " the {project}. Payable within 30 days, 2 % discount within ten.\n\nKind regards\n{me}",
        attach=Attach.INVOICE,
    ),
    _letter(
        {Voice.TIMBER, Voice.HARDWARE, Voice.GLASS},
        {_BOOKS},
        "Reminder: invoice {number} is open",
        "Dear {you},\n\nour records show invoice {number} over {amount} as unpaid. If your payment"
        " crossed with this letter, please disregard it.\n\nKind regards\n{me}",
        "Dear {you},\n\nit was paid on {day} with the delivery number as reference, probably it was"
        " booked elsewhere. Could you check?\n\nKind regards\n{me}",
        "Found it, sorry for the trouble.\n\n{me}",
    ),
    _letter(
        {Voice.HARDWARE},
        {_WORKSHOP},
        "Hinges for the {project}",
        "Hi {you},\n\nthe concealed hinges you asked for carry 40 kg a pair. For the wide door I"
        " would take three. Shall I add them to order {number}?\n\n{me}",
        "Hi {you},\n\nyes please, three for the wide door and two for the rest.\n\n{me}",
    ),
    _letter(
        {Voice.AUTHORITY},
        {_DESIGN, _OFFICE},
        "Application {number}: documents missing",
        "Dear {you},\n\nfor your application {number} ({project}) we still need the fire resistance"
        " of the new door and a section at 1:20. Please send both by {day} week.\n\n"
        "Yours sincerely\n{me}",
    ),
    _letter(
        {Voice.INSURER},
        {_OFFICE, _BOOKS},
        "Renewal of your liability cover",
        "Dear {you},\n\nyour policy renews at the end of the quarter. The premium stays at"
        " {amount} if the number of employees has not changed. A short confirmation is enough.\n\n"
        "Kind regards\n{me}",
        "Dear {you},\n\nconfirmed, we are still five and an apprentice.\n\nKind regards\n{me}",
    ),
    _letter(
        {Voice.COLLEAGUE},
        {_DESIGN, _WORKSHOP, _PURCHASING, _BOOKS, _OFFICE},
        "Notes from {day}'s meeting",
        "Hi all,\n\nshort notes:\n\n- {project}: fitting starts on {day}, two people, the van is"
        " booked\n- {material}: enough for this month, we order again on the 1st\n"
        "- the saw is serviced next week, please plan around it\n"
        "- holidays: put yours on the wall by the end of the week\n\n{me}",
    ),
    _letter(
        {Voice.COLLEAGUE},
        {_DESIGN, _WORKSHOP, _OFFICE},
        "{project}: measurements",
        "{you}, I was on site this morning. The opening is 12 mm narrower at the top than on the"
        " plan, and the wall is not straight. Photo attached. Can we lose it in the frame?\n\n{me}",
        "12 mm is fine, the frame takes 15. I change the drawing today.\n\n{me}",
        attach=Attach.PHOTO,
    ),
    _letter(
        {Voice.COLLEAGUE},
        {_DESIGN, _PURCHASING, _BOOKS, _FRONT},
        "Who takes the call back?",
        "The customer of the {project} rang at {hour}, wants to talk about the date. I said that"
        " somebody calls back today.\n\n{me}",
        "I do it after lunch.\n\n{me}",
    ),
    _letter(
        {Voice.COLLEAGUE},
        {_WORKSHOP, _PURCHASING},
        "Nearly out of glue",
        "Two buckets of D3 and one of the fast one left. Also sanding discs, 120 and 180. Can you"
        " add them to the next order?\n\n{me}",
    ),
    _letter(
        {Voice.COLLEAGUE},
        {_OFFICE, _BOOKS},
        "Hours of last month",
        "Hi {you},\n\nmy hours are in the folder. {project} took six more than planned because of"
        " the plaster, please bill them as agreed on site.\n\n{me}",
    ),
    _letter(
        {Voice.COLLEAGUE},
        {_DESIGN, _WORKSHOP, _PURCHASING, _BOOKS, _FRONT, _OFFICE},
        "Cake in the kitchen",
        "There is plum cake in the kitchen, from the people of the {project}. It is there until"
        " the workshop finds it.\n\n{me}",
    ),
)
