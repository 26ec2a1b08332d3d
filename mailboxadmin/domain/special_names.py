"""What folders for special mail are called, by use and language.

Collected from Outlook and Exchange, Gmail, Apple Mail, Thunderbird, Horde, Roundcube and
the providers that mailboxes here come from. Compared as `plain` has them, so that case,
hyphens and the way an accent is written do not matter. Of several that are there the one
further up is taken: first the names that servers give, then those of programs.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

from mailboxadmin.domain.special_use import SpecialUse

_SENT: Final = {
    "en": ("Sent", "Sent Items", "Sent Mail", "Sent Messages", "Sent Mails"),
    "de": ("Gesendet", "Gesendete Objekte", "Gesendete Elemente", "Gesendete Nachrichten"),
    "fr": ("Envoyés", "Éléments envoyés", "Messages envoyés", "Courrier envoyé"),
    "es": ("Enviados", "Elementos enviados", "Mensajes enviados", "Correo enviado"),
    "it": ("Inviati", "Posta inviata", "Inviata", "Elementi inviati"),
    "pt": ("Enviadas", "Itens enviados", "E-mails enviados", "Enviados", "Enviado"),
    "nl": ("Verzonden", "Verzonden items", "Verzonden berichten", "Verstuurd"),
    "pl": ("Wysłane", "Elementy wysłane", "Wysłana poczta"),
    "cs": ("Odeslané", "Odeslaná pošta", "Odeslané zprávy"),
    "sk": ("Odoslané", "Odoslaná pošta", "Odoslané položky"),
    "hu": ("Elküldött", "Elküldött elemek", "Elküldött levelek", "Elküldött üzenetek"),
    "ro": ("Trimise", "Elemente trimise", "Mesaje trimise"),
    "sv": ("Skickat", "Skickade", "Skickade objekt", "Skickade meddelanden"),
    "da": ("Sendt", "Sendt post", "Sendte elementer", "Sendte"),
    "nb": ("Sendte elementer", "Sendt e-post", "Sendte meldinger"),
    "fi": ("Lähetetyt", "Lähetetyt viestit", "Lähetetty"),
    "tr": ("Gönderilmiş Öğeler", "Gönderilmiş", "Gönderilenler", "Gönderilmiş Postalar"),
    "ru": ("Отправленные", "Отправленные письма"),
    "uk": ("Надіслані", "Відправлені", "Надіслані елементи"),
    "el": ("Απεσταλμένα", "Σταλμένα", "Απεσταλμένα στοιχεία"),
    "zh": ("已发送", "已发送邮件", "已傳送郵件", "寄件備份", "已发邮件"),
    "ja": ("送信済み", "送信済みメール", "送信済みアイテム", "送信済みトレイ"),
    "ko": ("보낸편지함", "보낸 편지함", "보낸메일함", "보낸 메일함"),
    "ar": ("المرسلة", "العناصر المرسلة", "البريد المرسل"),
    "he": ("נשלח", "פריטים שנשלחו", "דואר שנשלח"),
}
_DRAFTS: Final = {
    "en": ("Drafts", "Draft", "Draft Messages"),
    "de": ("Entwürfe", "Entwurf"),
    "fr": ("Brouillons", "Brouillon"),
    "es": ("Borradores", "Borrador"),
    "it": ("Bozze",),
    "pt": ("Rascunhos", "Rascunho"),
    "nl": ("Concepten",),
    "pl": ("Szkice", "Kopie robocze", "Wersje robocze", "Robocze"),
    "cs": ("Koncepty", "Rozepsané"),
    "sk": ("Koncepty", "Rozpísané"),
    "hu": ("Piszkozatok", "Vázlatok"),
    "ro": ("Ciorne", "Schițe"),
    "sv": ("Utkast",),
    "da": ("Kladder", "Udkast"),
    "nb": ("Utkast", "Kladder"),
    "fi": ("Luonnokset",),
    "tr": ("Taslaklar", "Taslak"),
    "ru": ("Черновики",),
    "uk": ("Чернетки",),
    "el": ("Πρόχειρα",),
    "zh": ("草稿", "草稿箱", "草稿匣"),
    "ja": ("下書き",),
    "ko": ("임시보관함", "임시 보관함", "초안"),
    "ar": ("المسودات", "مسودات"),
    "he": ("טיוטות",),
}
_TRASH: Final = {
    "en": ("Trash", "Deleted Items", "Deleted Messages", "Bin", "Deleted", "Trash Can"),
    "de": ("Papierkorb", "Gelöschte Elemente", "Gelöschte Objekte", "Gelöscht"),
    "fr": ("Corbeille", "Éléments supprimés", "Messages supprimés", "Supprimés"),
    "es": ("Papelera", "Elementos eliminados", "Eliminados", "Mensajes eliminados"),
    "it": ("Cestino", "Posta eliminata", "Elementi eliminati", "Eliminata"),
    "pt": ("Lixeira", "Lixo", "Itens excluídos", "Itens eliminados", "Excluídos"),
    "nl": ("Prullenbak", "Verwijderde items", "Verwijderde berichten", "Verwijderd"),
    "pl": ("Kosz", "Elementy usunięte", "Usunięte"),
    "cs": ("Koš", "Odstraněná pošta", "Smazané", "Odstraněné"),
    "sk": ("Kôš", "Odstránená pošta", "Odstránené"),
    "hu": ("Kuka", "Törölt elemek", "Lomtár", "Törölt"),
    "ro": ("Coș de gunoi", "Coș", "Elemente șterse", "Gunoi"),
    "sv": ("Papperskorgen", "Papperskorg", "Borttagna objekt", "Borttaget"),
    "da": ("Papirkurv", "Slettet post", "Slettede elementer", "Slettet"),
    "nb": ("Papirkurv", "Slettede elementer", "Søppel", "Papirkurven"),
    "fi": ("Roskakori", "Poistetut", "Poistetut viestit"),
    "tr": ("Çöp Kutusu", "Çöp", "Silinmiş Öğeler", "Silinenler"),
    "ru": ("Корзина", "Удаленные", "Удалённые", "Удалённые письма", "Удаленные письма"),
    "uk": ("Кошик", "Видалені", "Видалені елементи", "Смітник"),
    "el": ("Κάδος απορριμμάτων", "Κάδος", "Απορρίμματα", "Διαγραμμένα"),
    "zh": ("已删除", "已删除邮件", "废件箱", "垃圾桶", "回收站", "刪除的郵件", "垃圾筒"),
    "ja": ("ゴミ箱", "ごみ箱", "削除済みアイテム"),
    "ko": ("휴지통", "지운 편지함", "지운편지함"),
    "ar": ("المهملات", "العناصر المحذوفة", "سلة المهملات"),
    "he": ("אשפה", "פריטים שנמחקו", "סל המחזור"),
}
_JUNK: Final = {
    "en": ("Junk", "Spam", "Junk E-mail", "Bulk Mail", "Junk Mail", "Bulk"),
    "de": ("Junk-E-Mail", "Spamverdacht", "Unerwünscht", "Unerwünschte Werbung", "Spamordner"),
    "fr": ("Courrier indésirable", "Indésirables", "Pourriel", "Pourriels"),
    "es": ("Correo no deseado", "No deseado", "Correo basura"),
    "it": ("Posta indesiderata", "Indesiderata"),
    "pt": ("Lixo eletrônico", "Lixo eletrónico", "E-mail de lixo", "Correio não solicitado"),
    "nl": ("Ongewenste e-mail", "Ongewenst", "Ongewenste reclame"),
    "pl": ("Wiadomości-śmieci", "Niechciane", "Wiadomości śmieci"),
    "cs": ("Nevyžádaná pošta", "Nevyžádané"),
    "sk": ("Nevyžiadaná pošta", "Nevyžiadané"),
    "hu": ("Levélszemét", "Kéretlen levelek"),
    "ro": ("E-mail nedorit", "Mesaje nesolicitate", "Nedorite"),
    "sv": ("Skräppost", "Skräp"),
    "da": ("Uønsket mail", "Uønsket e-mail", "Uønsket post"),
    "nb": ("Søppelpost", "Uønsket e-post"),
    "fi": ("Roskaposti", "Roskapostit"),
    "tr": ("Gereksiz E-posta", "İstenmeyen", "İstenmeyen Posta", "Gereksiz"),
    "ru": ("Спам", "Нежелательная почта", "Рассылки и спам"),
    "uk": ("Небажана пошта", "Небажані листи", "Спам"),
    "el": ("Ανεπιθύμητα", "Ανεπιθύμητη αλληλογραφία", "Ανεπιθύμητη"),
    "zh": ("垃圾邮件", "垃圾郵件", "垃圾信件", "垃圾箱"),
    "ja": ("迷惑メール", "スパム"),
    "ko": ("스팸메일함", "스팸", "정크 메일", "스팸함"),
    "ar": ("البريد العشوائي", "البريد غير الهام", "الرسائل غير المرغوب فيها"),
    "he": ("דואר זבל", "ספאם", "זבל"),
}
_ARCHIVE: Final = {
    "en": ("Archive", "Archives", "Archived"),
    "de": ("Archiv", "Archiviert"),
    "fr": ("Archives", "Archivés"),
    "es": ("Archivo", "Archivados"),
    "it": ("Archivio", "Archiviati"),
    "pt": ("Arquivo", "Arquivados", "Arquivo morto"),
    "nl": ("Archief", "Gearchiveerd"),
    "pl": ("Archiwum", "Zarchiwizowane"),
    "cs": ("Archiv", "Archivované"),
    "sk": ("Archív", "Archivované"),
    "hu": ("Archívum", "Archivált"),
    "ro": ("Arhivă", "Arhiva"),
    "sv": ("Arkiv", "Arkiverat"),
    "da": ("Arkiv", "Arkiveret"),
    "nb": ("Arkiv", "Arkivert"),
    "fi": ("Arkisto", "Arkistoidut"),
    "tr": ("Arşiv",),
    "ru": ("Архив", "Архивы"),
    "uk": ("Архів",),
    "el": ("Αρχείο", "Αρχειοθήκη"),
    "zh": ("归档", "存档", "封存", "典藏"),
    "ja": ("アーカイブ",),
    "ko": ("보관", "아카이브", "보관함"),
    "ar": ("الأرشيف", "أرشيف"),
    "he": ("ארכיון",),
}

#: The names as people read them, by use and language (ISO 639-1).
NAMES: Final[Mapping[SpecialUse, Mapping[str, tuple[str, ...]]]] = {
    SpecialUse.SENT: _SENT,
    SpecialUse.DRAFTS: _DRAFTS,
    SpecialUse.TRASH: _TRASH,
    SpecialUse.JUNK: _JUNK,
    SpecialUse.ARCHIVE: _ARCHIVE,
}


def plain(name: str) -> str:
    """The letters and digits of a name, however it is written.

    NFKC, since some servers take names apart into letters and accents (RFC 5198, 3).
    """
    composed = unicodedata.normalize("NFKC", name).casefold()
    return "".join(each for each in composed if each.isalnum())


def _ranks(by_language: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """How early each name comes: all first names of the languages, then all second ones."""
    most = max(map(len, by_language.values()))
    in_order = (
        names[place]
        for place in range(most)
        for names in by_language.values()
        if place < len(names)
    )
    return {name: rank for rank, name in enumerate(dict.fromkeys(map(plain, in_order)))}


_RANKS: Final = {use: _ranks(by_language) for use, by_language in NAMES.items()}


def name_rank(use: SpecialUse, name: str) -> int | None:
    """How surely a folder of that name, without what is above it, has that use.

    Returns:
        Lower is surer; None when it is no name for it.
    """
    return _RANKS[use].get(plain(name))
