/** The page's entry: connects its elements to what speaks. */

import { fetchJson, setToken, takeTokenFromAddress } from "./access.js";
import { Cast } from "./cast.js";
import { sentence } from "./client/index.js";
import { CodeView } from "./code.js";
import { fileNameOf, fileOf, save } from "./downloads.js";
import { examplesFor, isExample } from "./examples.js";
import { Mix } from "./mix.js";
import { NaturalVoice } from "./natural-voice.js";
import { Options } from "./options.js";
import { SaidView } from "./said.js";
import { SampleMaker } from "./sample.js";
import { Stage } from "./stage.js";
import { Tabs } from "./tabs.js";
import { Takes } from "./takes.js";
import { takeFiles, textOf } from "./text-files.js";
import { TextSpeaker } from "./text-speaker.js";
import { text, translatePage } from "./texts.js";
import { Timings } from "./timings.js";
import { byId, clearProblems, describe, fillSelect, showConnection, showFailure, showProblem } from "./view.js";
import { VoiceList } from "./voice-list.js";
import { Preview, baseLanguage, isSpeaker, loadVoices, nameOf } from "./voices.js";

const CONNECTIONS = {
  connecting: ["opening", "connection.again"],
  open: ["on", "connection.on"],
  asleep: ["asleep", "connection.asleep"],
  gone: ["off", "connection.gone"],
};
const VOLUME = "voice-server-volume";

translatePage();

const textSpeaker = new TextSpeaker({
  begun: (take) => stage.begin(take),
  state: onState,
  typed: (piece) => stage.typed(piece),
  generating: onGenerating,
  sentence: (message) => (stage.sentence(message), timings.start(message)),
  words: (message) => stage.words(message),
  sentenceEnd: (message) => timings.end(message),
  sentenceFailed: (message) => (stage.sentenceFailed(message), timings.fail(message)),
  samples: (samples, rateHz) => stage.samples(samples, rateHz),
  timed: (take) => timings.setSound(take),
  heard: (split) => stage.heard(split),
  warning: (message) => showProblem(sentence(message), "warning"),
  error: (message) => showProblem(sentence(message)),
  connection: (state) => showConnection(CONNECTIONS[state][0], text(CONNECTIONS[state][1])),
});
const stage = new Stage(textSpeaker, { failed: (error) => showProblem(sentence(error.message)) });
const takes = new Takes({ list: byId("takes"), note: byId("takes-note") }, { show: showTake });
const tabs = new Tabs(byId("tabs"));
const options = new Options(byId("speed"), byId("options"));
const preview = new Preview((button, state) => (button.dataset.state = state));
const timings = new Timings(byId("rows"), {
  sound: byId("tile-sound"),
  lead: byId("tile-lead"),
  factor: byId("tile-factor"),
  gap: byId("tile-gap"),
});
const voiceList = new VoiceList(
  {
    search: byId("voice"),
    language: byId("language"),
    gender: byId("gender"),
    favourites: byId("favourites"),
    grid: byId("voices"),
    note: byId("voice-note"),
  },
  { chosen: onVoice, preview: hearPreview },
);
const cast = new Cast(byId("cast"), byId("cast-names"), () => ({ voices: allVoices ?? [], chosen: voiceList.chosen }));
const mix = new Mix(
  { rows: byId("mix-rows"), add: byId("mix-add"), result: byId("mix-result"), name: byId("mix-name"), save: byId("mix-save") },
  {
    mixed: (id) => choose({ id, name: id, language: "", backend: shownBackend }),
    saved: lookAgain,
    failed: (error) => showProblem(sentence(error.message)),
  },
);
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
const said = new SaidView({ details: byId("said"), note: byId("said-note"), list: byId("said-sentences") }, () => {
  const { voice, ssml } = chosenRequest();
  return { text: typedText(), backend: shownBackend, voice: shownBackend && (voice || null), ssml };
});

let allVoices = null;
let shownBackend = null; // whose options and voices are on the page
let changing = null; // a change of the backend that is under way

// ---------------------------------------------------------------- speaking

async function speak() {
  clearProblems();
  if (typedText().trim() === "") {
    showProblem(text("text.missing"), "warning");
    byId("text").focus();
    return;
  }
  textSpeaker.bargeIn();
  preview.stop();
  clearStage();
  await (shownBackend === null ? start() : changing);
  if (shownBackend === null) return; // showBackend has shown the reason
  showStage();
  try {
    await textSpeaker.speak(chosenRequest(), { label: voiceLabel(), rate: chosenRate });
    showConnection("on", text("connection.on"));
  } catch (error) {
    showFailure(error);
  }
}

function typedText() {
  return byId("text").value.toWellFormed?.() ?? byId("text").value;
}

/** What would be spoken now, as take.js describes it. */
function chosenRequest() {
  const { id } = voiceList.chosen;
  const speaker = byId("speaker-field").hidden || id.includes("+") ? "" : byId("speaker").value;
  return {
    text: typedText(),
    backend: shownBackend,
    voice: `${id}${speaker}`,
    options: options.chosen,
    ssml: isSsml(),
    speakers: cast.speakers,
  };
}

/** Whether the text is a document in SSML, which says so itself. */
function isSsml() {
  return /^\s*<(\?xml|speak)[\s>]/.test(typedText());
}

function chosenRate() {
  const isStreamed = document.querySelector("input[name=mode]:checked").value === "stream";
  return isStreamed ? Number(byId("rate").value) : null;
}

function voiceLabel() {
  return nameOf(voiceList.chosen);
}

/** Scroll to the transcript, which is below the voices on a narrow screen. */
function showStage() {
  if (matchMedia("(min-width: 900px)").matches) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  byId("stage-title").scrollIntoView({ behavior, block: "start" });
}

function clearStage() {
  stage.begin(null);
  timings.reset();
}

function onState(state, reason) {
  if (state === "idle") takes.add(stage.take);
  stage.liveChanged(state, reason);
}

function onGenerating(message) {
  byId("timings").hidden = false;
  byId("no-timings").hidden = true;
  timings.add(message);
}

function showTake(take) {
  preview.stop();
  stage.show(take);
  takes.show(take);
}

// ---------------------------------------------------------------- backend and voice

/** Connect and show what the backend offers; null is the server's default, and `voice` null the backend's. */
async function showBackend(backend, voice = null) {
  showConnection("opening", text("connection.first"));
  try {
    const ready = await textSpeaker.connect(backend);
    shownBackend = ready.backend;
    showOffer(ready, voice);
    byId("access").hidden = true;
    showConnection("on", text("connection.on"));
  } catch (error) {
    showFailure(error);
  }
}

function showOffer(ready, voice) {
  const { backend, capabilities } = ready;
  const own = (allVoices ?? []).filter((each) => each.backend === backend);
  const speakers = own.filter(isSpeaker).map(({ id, name, gender }) => [id, gender ? `${name}, ${gender}` : name]);
  const [base, speaker] = speakers.length > 0 ? ready.voice.split(/(?=\+)/) : [ready.voice];
  byId("speaker-field").hidden = speakers.length === 0;
  fillSelect(byId("speaker"), [["", text("speaker.own")], ...speakers], speaker ?? "");
  options.show(capabilities.options);
  tabs.offer(byId("tab-mix"), capabilities.mixes && own.length > 1);
  tabs.offer(byId("tab-sample"), capabilities.clones);
  describe(ready);
  byId("backend").value = backend;
  voiceList.show(listed(), { id: voice?.id ?? base, backend }, capabilities);
  mix.show(own, voiceList.chosen);
  followVoice();
}

/** The voices that can be chosen by themselves. */
function listed() {
  return (allVoices ?? []).filter((voice) => !isSpeaker(voice));
}

async function onVoice(voice) {
  if (voice.backend !== shownBackend) await (changing = showBackend(voice.backend, voice));
  else followVoice();
}

/** Speak with a voice that is not in the list. */
function choose(voice) {
  voiceList.show(listed(), voice, { mixes: true });
  followVoice();
}

/** Show for the chosen voice what depends on it. */
function followVoice() {
  const examples = examplesFor(baseLanguage(voiceList.chosen));
  if (byId("text").value === "" || isExample(byId("text").value)) byId("text").value = examples.welcome;
  textChanged();
}

function textChanged() {
  cast.refresh(typedText());
  said.refresh();
}

/** Load the list of voices again, because a sample or a mix may have been added. */
async function lookAgain() {
  try {
    allVoices = await loadVoices();
    voiceList.renew(listed());
    tabs.open(byId("tab-voices"));
    byId("voice").focus();
  } catch (error) {
    showFailure(error);
  }
}

async function hearPreview(voice, button) {
  textSpeaker.bargeIn(); // so that only the preview is heard
  stage.hush();
  try {
    await preview.toggle(voice, button);
  } catch (error) {
    showProblem(sentence(error.message));
  }
}

async function start() {
  takeTokenFromAddress();
  try {
    const health = await fetchJson("health");
    const backends = Object.entries(health?.backends ?? {});
    const entries = backends.map(([name, { speaks }]) => [name, speaks ? name : text("backend.down", { name })]);
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

async function openFile(file) {
  try {
    byId("text").value = await textOf(file);
    textChanged();
  } catch (error) {
    showProblem(sentence(error.message));
  }
}

async function download() {
  const { take } = stage;
  const format = byId("format").value;
  byId("download").ariaBusy = "true";
  try {
    save(await fileOf(take, format), fileNameOf(take, format));
  } catch (error) {
    showProblem(sentence(error.message));
  }
  byId("download").ariaBusy = "false";
}

function setVolume(volume) {
  for (const player of [textSpeaker, stage, preview]) player.volume = volume;
}

for (const gesture of ["pointerdown", "keydown"]) {
  document.addEventListener(gesture, () => textSpeaker.warmUp().catch(() => {}), { once: true });
}
byId("speak").addEventListener("click", speak);
byId("barge-in").addEventListener("click", () => textSpeaker.bargeIn());
byId("speaker").addEventListener("change", () => textChanged());
byId("text").addEventListener("input", () => textChanged());
byId("look-again").addEventListener("click", lookAgain);
byId("backend").addEventListener("change", ({ target }) => (changing = showBackend(target.value)));
byId("download").addEventListener("click", download);
byId("rate").addEventListener("input", ({ target }) => (byId("rate-value").textContent = target.value));
byId("examples").addEventListener("click", ({ target }) => {
  if (!target.dataset.example) return;
  byId("text").value = examplesFor(baseLanguage(voiceList.chosen))[target.dataset.example];
  textChanged();
});
byId("volume").value = localStorage.getItem(VOLUME) ?? "1";
byId("volume").addEventListener("input", ({ target }) => {
  setVolume(Number(target.value));
  localStorage.setItem(VOLUME, target.value);
});
setVolume(Number(byId("volume").value));
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
    stage.hush();
  }
});
takeFiles({ input: byId("text-file"), place: byId("text") }, openFile);

new CodeView(
  {
    open: byId("code-open"),
    dialog: byId("code"),
    close: byId("code-close"),
    choices: byId("code-choices"),
    code: byId("code-text"),
    copy: byId("code-copy"),
    note: byId("code-note"),
  },
  chosenRequest,
);
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

byId("text").value = examplesFor("en").welcome;
start();
