/** What the page asks for, as the fields of the server's HTTP routes. */

/** The fields of `POST /tts`; `request` is as in take.js. */
export function speechRequest({ text, backend, voice, options, ssml, speakers }, format) {
  const { speed, ...others } = options;
  return {
    text,
    voice,
    backend,
    ...(speed !== undefined && { speed }),
    ...(Object.keys(others).length > 0 && { options: others }),
    ...(ssml && { ssml: true }),
    ...(Object.keys(speakers).length > 0 && { speakers }),
    ...(format !== "wav" && { format }),
  };
}

/** The fields of `POST /v1/audio/captioned` that ask for subtitles. */
export function captionRequest(request, captions) {
  const { text: input, backend: model, format: _, ...others } = speechRequest(request, "wav");
  return { input, model, captions, ...others };
}
