"""Plain sentences that the doctor has spoken to a recogniser, by language, and which voice is to speak them.

Without numbers, names and abbreviations: whoever mishears them misheard the voice. Each text has two
sentences and a comma, so that pauses and the times of words can be looked at too.
"""

from __future__ import annotations

from collections.abc import Sequence

from voice_server.core.types import Voice

SAMPLES = {
    "en": (
        "The museum opens in the morning, and it closes at sunset. Most visitors come in the afternoon.",
        "If you have a question, ask at the desk. Everyone there is happy to help.",
        "Rain is expected in the north, and the wind will be strong. It should be dry again on Sunday.",
        "We walked along the river, under the old trees. In the evening we sat by the fire.",
        "The answer is simple, although few people know it. Let me explain what happened.",
    ),
    "de": (
        "Das Museum öffnet am Morgen, und es schließt bei Sonnenuntergang. Die meisten kommen am Nachmittag.",
        "Wenn du eine Frage hast, frag an der Kasse. Alle dort helfen gern.",
        "Im Norden wird Regen erwartet, und der Wind ist stark. Am Sonntag soll es wieder trocken sein.",
        "Wir gingen am Fluss entlang, unter alten Bäumen. Abends saßen wir am Feuer.",
    ),
    "es": (
        "El museo abre por la mañana, y cierra por la tarde. Muchas personas vienen los domingos.",
        "Si tienes una pregunta, habla con nosotros. Estamos aquí para ayudar.",
        "Mañana habrá lluvia en el norte, y el viento será fuerte. El domingo volverá el sol.",
        "Caminamos junto al río, entre los árboles. Por la noche nos sentamos cerca del fuego.",
    ),
    "fr": (
        "Le musée ouvre le matin, et il ferme le soir. Beaucoup de gens viennent le dimanche.",
        "Si vous avez une question, parlez avec nous. Nous sommes ici pour vous aider.",
        "Il va pleuvoir dans le nord, et le vent sera fort. Le soleil revient dimanche.",
        "Nous avons marché au bord de la rivière, sous les arbres. Le soir, nous avons fait un feu.",
    ),
    "it": (
        "Il museo apre la mattina, e chiude la sera. Molte persone vengono la domenica.",
        "Se hai una domanda, parla con noi. Siamo qui per aiutare.",
        "Domani ci sarà pioggia nel nord, e il vento sarà forte. Domenica torna il sole.",
        "Abbiamo camminato lungo il fiume, sotto gli alberi. La sera abbiamo acceso il fuoco.",
    ),
    "pt": (
        "O museu abre de manhã, e fecha à noite. Muitas pessoas vêm no domingo.",
        "Se você tem uma pergunta, fale com a gente. Estamos aqui para ajudar.",
        "Amanhã vai chover no norte, e o vento será forte. No domingo volta o sol.",
        "Andamos ao lado do rio, entre as árvores. À noite ficamos perto do fogo.",
    ),
}  # fmt: skip


def voice_to_hear(voices: Sequence[Voice], default: str) -> Voice | None:
    """The voice to listen to: the default one, else the first English one, else one that has samples."""
    chosen = [voice for voice in voices if voice.id == default]
    english = [voice for voice in voices if language_of(voice) == "en"]
    fitting = [voice for voice in [*chosen, *english, *voices] if language_of(voice) in SAMPLES]
    return next(iter(fitting), None)


def language_of(voice: Voice) -> str:
    """A voice's language as the recogniser names it."""
    return voice.language.partition("-")[0].lower()
