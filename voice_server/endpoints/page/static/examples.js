/** Texts to try a voice with, in the language of the voice: what a text-to-speech server is good or bad at. */

const EXAMPLES = {
  en: {
    welcome:
      "Hello! This is a voice that does not wait. While a language model is still choosing its next words, the first sentence is already on its way to you. Every word lights up at the moment it is spoken. You may interrupt me at any time; I will remember what you heard, and what you did not.",
    story:
      "The lighthouse keeper had not spoken to anyone for eleven days. On the twelfth, a small boat came out of the fog, and in it sat a girl with a lantern.\n\n“You are late,” she said.\n\n“I did not know that I was expected,” he answered, and put the kettle on.",
    numbers:
      "On 3 March 2026 at 7:45 p.m. the bridge, 1,280 m long, was opened. It cost $4.5M, 12% less than planned; Dr. Lee's team needed 3½ years. Questions? Call +1 555 0100 or visit example.org.",
    agent:
      "**Sure!** Here is what I found:\n\n1. The train at `14:05` reaches *Lyon* at 16:02.\n2. The one at 15:05 is cheaper: **€29** instead of €49.\n\nShall I book the second one? See [the timetable](timetable.html) for more.",
    dialogue:
      "Anna: Did you hear that?\nBen: Hear what?\nAnna: Two voices, and neither of them is real.\nBen: Speak for yourself. I feel quite alive today.",
  },
  de: {
    welcome:
      "Hallo! Diese Stimme wartet nicht. Während ein Sprachmodell noch seine nächsten Worte wählt, ist der erste Satz schon unterwegs. Jedes Wort leuchtet in dem Augenblick, in dem es gesprochen wird. Du darfst mich jederzeit unterbrechen.",
    numbers:
      "Am 3. März 2026 um 19:45 Uhr wurde die 1.280 m lange Brücke eröffnet. Sie kostete 4,5 Mio. €, 12 % weniger als geplant; das Team von Dr. Lehmann brauchte 3½ Jahre.",
  },
  es: {
    welcome:
      "¡Hola! Esta voz no espera. Mientras un modelo de lenguaje todavía elige sus próximas palabras, la primera frase ya está en camino. Cada palabra se ilumina en el momento en que se pronuncia. Puedes interrumpirme cuando quieras.",
    numbers: "El 3 de marzo de 2026 a las 19:45 se inauguró el puente de 1.280 m. Costó 4,5 millones de euros, un 12 % menos de lo previsto.",
  },
  fr: {
    welcome:
      "Bonjour ! Cette voix n'attend pas. Pendant qu'un modèle de langue choisit encore ses prochains mots, la première phrase est déjà en route. Chaque mot s'allume au moment où il est prononcé. Vous pouvez m'interrompre à tout instant.",
    numbers: "Le 3 mars 2026 à 19 h 45, le pont de 1 280 m a été inauguré. Il a coûté 4,5 millions d'euros, 12 % de moins que prévu.",
  },
  zh: {
    welcome: "你好！这个声音不会等待。语言模型还在挑选下一个词的时候，第一句话已经在路上了。每个词在说出的那一刻都会亮起来。你可以随时打断我。",
    numbers: "2026年3月3日晚上7点45分，全长1280米的大桥通车了。它花了450万元，比计划少12%。",
  },
  ja: {
    welcome: "こんにちは。この声は待ちません。言語モデルが次の言葉を選んでいる間に、最初の文はもう届き始めています。話された言葉は、その瞬間に光ります。いつでも話をさえぎってください。",
    numbers: "2026年3月3日の午後7時45分に、全長1280メートルの橋が開通しました。費用は450万円で、予定より12%少なくなりました。",
  },
};

/** The examples for a voice's language; those that it lacks are in English. */
export function examplesFor(language) {
  return { ...EXAMPLES.en, ...EXAMPLES[language] };
}

/** Whether a text is one of the examples, and not the user's own. */
export function isExample(text) {
  return Object.values(EXAMPLES).some((texts) => Object.values(texts).includes(text));
}
