"""Languages by their ISO 639-1 codes, with the names that agents and contacts read. Standard library only."""

from __future__ import annotations

NAMES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nb": "Norwegian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def name_of(code: str) -> str:
    """The English name of a language; of one that is not listed, its code."""
    return NAMES.get(code, code)


def codes_in(text: str) -> tuple[str, ...]:
    """The codes in a list such as ``en,de``, each once; ``ValueError`` names the first that is none of `NAMES`."""
    codes = tuple(dict.fromkeys(text.lower().replace(",", " ").split()))
    unknown = next((code for code in codes if code not in NAMES), None)
    if unknown is not None:
        raise ValueError(unknown)
    return codes
