/** What the package offers; index.d.ts describes it. */

export { streamUrl } from "./address.js";
export { Conversation } from "./conversation.js";
export { NoServer, StreamClosed, StreamRefused, VoiceServerError, sentence } from "./errors.js";
export { PacedSpeaker } from "./paced-speaker.js";
export { Player } from "./player.js";
export { Stream, connect } from "./stream.js";
export { Offsets, Timeline } from "./timeline.js";
export { WebAudioSpeaker } from "./web-audio-speaker.js";
