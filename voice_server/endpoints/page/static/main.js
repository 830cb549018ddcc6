/** The page's entry: connects its elements to what speaks. */

import { fetchJson, setToken, takeTokenFromAddress } from "./access.js";
import { sentence } from "./client/index.js";
import { NaturalVoice } from "./natural-voice.js";
import { Options } from "./options.js";
import { download } from "./recording.js";
import { SaidView } from "./said.js";
import { SampleMaker } from "./sample.js";
import { TextSpeaker } from "./text-speaker.js";
import { Timings } from "./timings.js";
import { Transcript } from "./transcript.js";
import { byId, clearProblems, describe, fillSelect, showConnection, showFailure } from "./view.js";
import { showHeard, showProblem, showState, showStatus } from "./view.js";
import { VoicePicker } from "./voice-picker.js";
import { isSpeaker, loadVoices, tryVoice } from "./voices.js";
import { Waveform } from "./waveform.js";

const ENDINGS = {
  complete: "Spoken to the end.",
  cancelled: "You barged in.",
  preempted: "Another text came in between.",
  failed: "It could not be spoken.",
};

const CONNECTIONS = {
  connecting: ["opening", "Connecting again"],
  open: ["on", "Connected"],
  asleep: ["asleep", "Asleep; wakes when you speak"],
  gone: ["off", "Not connected"],
};

const transcript = new Transcript(byId("transcript"));
const waveform = new Waveform(byId("waveform"));
const picker = new VoicePicker(byId("voice"), byId("voices"));
const options = new Options(byId("speed"), byId("options"));
const timings = new Timings(byId("rows"), {
  sound: byId("tile-sound"),
  lead: byId("tile-lead"),
  factor: byId("tile-factor"),
  gap: byId("tile-gap"),
});
const textSpeaker = new TextSpeaker({
  state: onState,
  typed: (text) => transcript.write(text),
  generating: onGenerating,
  sentence: onSentence,
  words: (message) => transcript.addWords(message),
  sentenceEnd: (message) => timings.end(message),
  sentenceFailed: (message) => (transcript.fail(message), timings.fail(message)),
  samples: (samples, rateHz) => waveform.push(samples, rateHz),
  timed: (turn) => timings.setSound(turn),
  heard: (split) => (transcript.split(split), showHeard(split)),
  warning: (message) => showProblem(sentence(message), "warning"),
  error: (message) => showProblem(sentence(message)),
  connection: (state) => showConnection(...CONNECTIONS[state]),
});

const naturalVoice = new NaturalVoice(
  {
    section: byId("natural"),
    now: byId("natural-now"),
    engines: byId("natural-engines"),
    state: byId("natural-state"),
    dismiss: byId("natural-dismiss"),
  },
  onNaturalVoice,
);

const said = new SaidView(
  { details: byId("said"), note: byId("said-note"), list: byId("said-sentences") },
  () => ({ text: typedText(), backend: shownBackend, voice: shownBackend && (chosenConfig().voice || null), ssml: isSsml() }),
);

let allVoices = null;
let shownBackend = null; // whose options and voices are on the page
let changing = null; // a change of the backend that is under way
let isDrawing = false;

// ---------------------------------------------------------------- speaking

async function speak() {
  const text = typedText();
  clearProblems();
  if (text.trim() === "") {
    showProblem("Type or paste some text first.", "warning");
    byId("text").focus();
    return;
  }
  textSpeaker.bargeIn();
  clearStage();
  await (shownBackend === null ? start() : changing);
  if (shownBackend === null) return; // showBackend has shown the reason
  showStage();
  try {
    await textSpeaker.speak(text, { backend: shownBackend, config: chosenConfig(), rate: chosenRate });
    showConnection("on", "Connected");
  } catch (error) {
    showFailure(error);
  }
}

function typedText() {
  return byId("text").value.toWellFormed?.() ?? byId("text").value;
}

/** Scroll to the player, which is below the text on a narrow screen. */
function showStage() {
  if (matchMedia("(min-width: 900px)").matches) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  byId("stage-title").scrollIntoView({ behavior, block: "start" });
}

function clearStage() {
  transcript.reset();
  waveform.reset();
  timings.reset();
  byId("heard").hidden = true;
  byId("download").disabled = true;
}

function chosenConfig() {
  const speaker = byId("speaker-field").hidden ? "" : byId("speaker").value;
  return { voice: `${picker.chosen}${speaker}`, opts: options.chosen, ssml: isSsml() };
}

/** Whether the text is a document in SSML, which says so itself. */
function isSsml() {
  return /^\s*<(\?xml|speak)[\s>]/.test(typedText());
}

function chosenRate() {
  const isStreamed = document.querySelector("input[name=mode]:checked").value === "stream";
  return isStreamed ? Number(byId("rate").value) : null;
}

function onState(state, reason) {
  showState(state);
  byId("download").disabled = !textSpeaker.recording || textSpeaker.recording.isEmpty;
  if (state === "speaking") {
    showStatus("Speaking.");
    if (!isDrawing) requestAnimationFrame(frame);
    isDrawing = true;
  } else if (state === "paused") {
    showStatus("Paused.");
  } else {
    if (reason === "complete") transcript.finish();
    showStatus(ENDINGS[reason] ?? "");
  }
}

function onGenerating(message) {
  byId("timings").hidden = false;
  byId("no-timings").hidden = true;
  timings.add(message);
}

function onSentence(message) {
  transcript.addSentence(message);
  timings.start(message);
  waveform.mark(message.at_ms);
  byId("download").disabled = false;
}

/** Draw one animation frame: words and waveform at the play position. */
function frame() {
  waveform.draw(textSpeaker.playedMs);
  isDrawing = textSpeaker.state !== "idle";
  if (!isDrawing) return;
  transcript.moveTo(textSpeaker.playedMs);
  requestAnimationFrame(frame);
}

// ---------------------------------------------------------------- backend and voice

/** Connect and show what the backend offers; null is the server's default. */
async function showBackend(backend) {
  showConnection("opening", "Connecting");
  try {
    const ready = await textSpeaker.connect(backend);
    shownBackend = ready.backend;
    showOffer(ready);
    byId("access").hidden = true;
    showConnection("on", "Connected");
  } catch (error) {
    showFailure(error);
  }
}

function showOffer(ready) {
  const own = voicesOf(ready.backend);
  const speakers = own.filter(isSpeaker).map(({ id, name, gender }) => [id, gender ? `${name}, ${gender}` : name]);
  const [base, speaker] = speakers.length > 0 ? ready.voice.split(/(?=\+)/) : [ready.voice];
  picker.show(own.filter((voice) => !isSpeaker(voice)), base, ready.capabilities);
  byId("speaker-field").hidden = speakers.length === 0;
  fillSelect(byId("speaker"), [["", "The voice's own"], ...speakers], speaker ?? "");
  showPreview();
  byId("more").hidden = options.show(ready.capabilities.options) === 0;
  byId("sample").hidden = !ready.capabilities.clones;
  describe(ready);
  byId("backend").value = ready.backend;
  said.refresh();
}

function voicesOf(backend) {
  return (allVoices ?? []).filter((voice) => voice.backend === backend);
}

/** Load the list of voices again: a sample may have been added. */
async function lookAgain() {
  try {
    allVoices = await loadVoices();
    picker.renew(voicesOf(shownBackend).filter((voice) => !isSpeaker(voice)));
    byId("voice").focus();
  } catch (error) {
    showFailure(error);
  }
}

function showPreview() {
  byId("try").hidden = !picker.preview;
}

async function tryChosenVoice({ currentTarget: button }) {
  if (button.ariaBusy === "true") return;
  textSpeaker.bargeIn(); // so that only the preview is heard
  try {
    await tryVoice(button, picker.preview);
  } catch (error) {
    showFailure(error);
  }
}

async function start() {
  takeTokenFromAddress();
  showState("idle");
  waveform.draw(0);
  try {
    const health = await fetchJson("health");
    const backends = Object.entries(health?.backends ?? {});
    const entries = backends.map(([name, { speaks }]) => [name, speaks ? name : `${name} (not running)`]);
    fillSelect(byId("backend"), entries);
    byId("backend").disabled = backends.length === 0;
    allVoices = await loadVoices();
  } catch (error) {
    showFailure(error);
    return;
  }
  await showBackend(null);
  await naturalVoice.show();
}

/** A natural voice has been set up: speak with it from now on, unless something is being spoken. */
async function onNaturalVoice() {
  if (textSpeaker.state !== "idle") return false;
  await start();
  return true;
}

// ---------------------------------------------------------------- controls

function togglePause() {
  textSpeaker.pause(textSpeaker.state !== "paused");
}

for (const gesture of ["pointerdown", "keydown"]) {
  document.addEventListener(gesture, () => textSpeaker.warmUp().catch(() => {}), { once: true });
}
byId("speak").addEventListener("click", speak);
byId("pause").addEventListener("click", togglePause);
byId("barge-in").addEventListener("click", () => textSpeaker.bargeIn());
byId("voice").addEventListener("change", showPreview);
for (const name of ["voice", "speaker"]) byId(name).addEventListener("change", () => said.refresh());
byId("text").addEventListener("input", () => said.refresh());
byId("look-again").addEventListener("click", lookAgain);
byId("try").addEventListener("click", tryChosenVoice);
byId("backend").addEventListener("change", ({ target }) => (changing = showBackend(target.value)));
byId("download").addEventListener("click", () => download(textSpeaker.recording.toWav(), "voice-server.wav"));
byId("rate").addEventListener("input", ({ target }) => (byId("rate-value").textContent = target.value));
for (const radio of document.querySelectorAll("input[name=mode]")) {
  radio.addEventListener("change", () => (byId("rate-field").hidden = chosenRate() === null));
}
byId("access").addEventListener("submit", (event) => {
  event.preventDefault();
  setToken(byId("token").value.trim());
  clearProblems();
  start();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    speak();
  } else if (event.key === "Escape") {
    textSpeaker.bargeIn();
  }
});
document.addEventListener("themechange", () => waveform.refresh());

new SampleMaker(
  {
    record: byId("record"),
    file: byId("file"),
    drop: byId("drop"),
    name: byId("sample-name"),
    preview: byId("preview"),
    result: byId("sample-result"),
    save: byId("save-sample"),
    note: byId("sample-note"),
  },
  { error: (message) => showProblem(message) },
);

start();
