"""The wording of the built-in answers, in the languages that come with the product."""

from collections.abc import Mapping
from types import MappingProxyType

from rules.model import Texts

FREQUENCY: Texts = MappingProxyType(
    {
        "en": "Msg frequency varies",
        "es": "La frecuencia de mensajes varía",
        "fr": "La fréquence des messages varie",
    }
)

RESERVED: Mapping[str, Texts] = MappingProxyType(
    {
        "opt-out": {
            "en": "You are unsubscribed from {{ name }}; no more messages. Reply START to resume.",
            "es": "Se dio de baja de {{ name }}; no recibirá más mensajes. "
            "Responda START para volver.",
            "fr": "Vous êtes désabonné de {{ name }} ; plus aucun message. "
            "Répondez START pour reprendre.",
        },
        "opt-in": {
            "en": "{{ name }}: you are subscribed. {{ frequency }}. Msg & data rates may apply. "
            "Help: {{ contact }} or reply HELP. Reply STOP to opt out.",
            "es": "{{ name }}: está suscrito. {{ frequency }}. Pueden aplicarse tarifas de "
            "mensajes y datos. Ayuda: {{ contact }} o responda AYUDA. Responda STOP para darse de "
            "baja.",
            "fr": "{{ name }} : vous êtes abonné. {{ frequency }}. Des frais de messages et de "
            "données peuvent s'appliquer. Aide : {{ contact }} ou répondez AIDE. Répondez STOP "
            "pour vous désabonner.",
        },
        "help": {
            "en": "{{ name }}: for help call {{ contact }}. {{ frequency }}. Msg & data rates may "
            "apply. Reply STOP to opt out.",
            "es": "{{ name }}: para ayuda llame al {{ contact }}. {{ frequency }}. Pueden "
            "aplicarse tarifas de mensajes y datos. Responda STOP para darse de baja.",
            "fr": "{{ name }} : pour de l'aide, {{ contact }}. {{ frequency }}. Des frais de "
            "messages et de données peuvent s'appliquer. Répondez STOP pour vous désabonner.",
        },
        "clarify": {
            "en": "{{ name }}: reply STOP to get no more messages, or tell us how we can help.",
            "es": "{{ name }}: responda STOP para no recibir más mensajes, o díganos cómo ayudar.",
            "fr": "{{ name }} : répondez STOP pour ne plus recevoir de messages, ou dites-nous "
            "comment vous aider.",
        },
        "delete": {
            "en": "{{ name }}: to erase what we keep about you, reply with the code {{ code }}. "
            "Without it nothing is erased.",
            "es": "{{ name }}: para borrar lo que guardamos sobre usted, responda con el código "
            "{{ code }}. Sin él no se borra nada.",
            "fr": "{{ name }} : pour effacer ce que nous gardons sur vous, répondez avec le code "
            "{{ code }}. Sans lui, rien n'est effacé.",
        },
        "delete-code-wrong": {
            "en": "{{ name }}: that code is wrong or has expired, and nothing was erased. "
            "Reply DELETE for a new one.",
            "es": "{{ name }}: ese código no es correcto o ha caducado y no se borró nada. "
            "Responda DELETE para recibir otro.",
            "fr": "{{ name }} : ce code est faux ou a expiré, et rien n'a été effacé. "
            "Répondez DELETE pour en recevoir un autre.",
        },
        "delete-done": {
            "en": "{{ name }}: what we keep about you is being erased. Receipt {{ receipt }}.",
            "es": "{{ name }}: se está borrando lo que guardamos sobre usted. "
            "Comprobante {{ receipt }}.",
            "fr": "{{ name }} : ce que nous gardons sur vous est en cours d'effacement. "
            "Reçu {{ receipt }}.",
        },
        "access": {
            "en": "{{ name }}: we have your request for your data and will answer it. "
            "Receipt {{ receipt }}. Questions: {{ contact }}.",
            "es": "{{ name }}: recibimos su solicitud de sus datos y la responderemos. "
            "Comprobante {{ receipt }}. Preguntas: {{ contact }}.",
            "fr": "{{ name }} : nous avons reçu votre demande de vos données et y répondrons. "
            "Reçu {{ receipt }}. Questions : {{ contact }}.",
        },
        "correct": {
            "en": "{{ name }}: we have your request for a correction and will answer it. "
            "Receipt {{ receipt }}. Questions: {{ contact }}.",
            "es": "{{ name }}: recibimos su solicitud de corrección y la responderemos. "
            "Comprobante {{ receipt }}. Preguntas: {{ contact }}.",
            "fr": "{{ name }} : nous avons reçu votre demande de correction et y répondrons. "
            "Reçu {{ receipt }}. Questions : {{ contact }}.",
        },
        "confirm": {
            "en": "{{ name }}: reply YES to join. {{ frequency }}. Msg & data rates may apply. "
            "Help: {{ contact }} or reply HELP. Reply STOP to opt out.",
            "es": "{{ name }}: responda SÍ para unirse. {{ frequency }}. Pueden aplicarse tarifas "
            "de mensajes y datos. Ayuda: {{ contact }} o responda AYUDA. Responda STOP para darse "
            "de baja.",
            "fr": "{{ name }} : répondez OUI pour participer. {{ frequency }}. Des frais de "
            "messages et de données peuvent s'appliquer. Aide : {{ contact }} ou répondez AIDE. "
            "Répondez STOP pour vous désabonner.",
        },
        "code-closed": {
            "en": "{{ name }}: this code is not open for enrollment now. Questions: {{ contact }}.",
            "es": "{{ name }}: este código no está abierto ahora. Preguntas: {{ contact }}.",
            "fr": "{{ name }} : ce code n'est pas ouvert en ce moment. Questions : {{ contact }}.",
        },
        "code-full": {
            "en": "{{ name }}: all places for this code are taken. Questions: {{ contact }}.",
            "es": "{{ name }}: ya no quedan plazas para este código. Preguntas: {{ contact }}.",
            "fr": "{{ name }} : il n'y a plus de place pour ce code. Questions : {{ contact }}.",
        },
        "code-known": {
            "en": "{{ name }}: you are enrolled with this code already.",
            "es": "{{ name }}: ya está inscrito con este código.",
            "fr": "{{ name }} : vous êtes déjà inscrit avec ce code.",
        },
    }
)
