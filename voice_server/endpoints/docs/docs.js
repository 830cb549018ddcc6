// Draws the routes of openapi.json. Everything is set as text, so nothing in the document can become markup.

const MOST_SHOWN = 5000; // characters of an answer

const make = (tag, text = "", ...children) => {
  const element = document.createElement(tag);
  element.textContent = text;
  element.append(...children);
  return element;
};

const resolve = (schemas, schema) => (schema?.$ref ? schemas[schema.$ref.split("/").at(-1)] : schema) ?? {};

function allowed(schemas, schema) {
  const found = resolve(schemas, schema);
  if (found.anyOf) return found.anyOf.filter((each) => each.type !== "null").map((each) => allowed(schemas, each)).join(" or ");
  if (found.enum) return found.enum.join(", ");
  const range = [
    found.minimum !== undefined ? `from ${found.minimum}` : "",
    found.maximum !== undefined ? `to ${found.maximum}` : "",
    found.maxLength !== undefined ? `at most ${found.maxLength} characters` : "",
  ];
  return [found.title && found.type === "object" ? found.title : found.type ?? "", ...range].filter(Boolean).join(" ");
}

function fieldTable(schemas, schema) {
  const found = resolve(schemas, schema);
  const object = found.properties ? found : resolve(schemas, found.anyOf?.find((each) => each.$ref));
  const table = make("table", "", make("tr", "", make("th", "field"), make("th", "what it may be"), make("th", "default")));
  for (const [name, field] of Object.entries(object.properties ?? {})) {
    const needed = object.required?.includes(name);
    const initial = needed ? "required" : field.default === null || field.default === undefined ? "" : String(field.default);
    table.append(make("tr", "", make("td", "", make("code", name)), make("td", allowed(schemas, field)), make("td", initial)));
  }
  return table;
}

const addressOf = (path) => new URL(".", document.baseURI).href.replace(/\/$/, "") + path; // a proxy may show it under a prefix

/** What is sent to a route at first: the fields that it needs, and the text that it speaks. */
function exampleBody(schemas, operation) {
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (!body) return null;
  const found = resolve(schemas, body);
  const object = found.properties ? found : resolve(schemas, found.anyOf?.find((each) => each.$ref));
  const names = Object.keys(object.properties ?? {});
  const spoken = ["input", "text", "transcript"].filter((name) => names.includes(name));
  const needed = [...new Set([...spoken.slice(0, 1), ...(object.required ?? [])])];
  const valueOf = (name) => (spoken.includes(name) ? "Hello world." : (object.properties[name].default ?? ""));
  return JSON.stringify(Object.fromEntries(needed.map((name) => [name, valueOf(name)])), null, 2);
}

function example(path, method, body) {
  if (body === null) return `curl ${method === "GET" ? "" : `-X ${method} `}${addressOf(path)}`;
  return `curl -X ${method} ${addressOf(path)} \\\n  -H "Content-Type: application/json" \\\n  -d '${body}' --output answer`;
}

/** Fields to send a request from here, and what it was answered. */
function tryIt(path, method, body, parameters) {
  const address = make("input");
  address.value = path + (parameters.some(({ name }) => name === "text") ? "?text=Hello%20world." : "");
  address.setAttribute("aria-label", `Address of ${method} ${path}`);
  const fields = make("textarea");
  fields.value = body ?? "";
  fields.rows = Math.min(8, fields.value.split("\n").length);
  fields.setAttribute("aria-label", `Fields of ${method} ${path}`);
  const send = make("button", "Send");
  const answer = make("div");
  answer.setAttribute("role", "status");
  send.type = "button";
  send.addEventListener("click", async () => {
    send.disabled = true;
    answer.replaceChildren(...(await answerTo(address.value, method, body === null ? undefined : fields.value)));
    send.disabled = false;
  });
  return make("div", "", make("p", "", address), ...(body === null ? [] : [make("p", "", fields)]), send, answer);
}

/** Send a request; what it was answered, as elements. */
async function answerTo(path, method, body) {
  const token = sessionStorage.getItem("voice-server-token"); // which the page was given in this tab
  const headers = { ...(body !== undefined && { "Content-Type": "application/json" }), ...(token && { Authorization: `Bearer ${token}` }) };
  try {
    const response = await fetch(addressOf(path), { method, body, headers });
    const type = response.headers.get("content-type") ?? "";
    const blob = await response.blob();
    const line = make("p", `${response.status} ${response.statusText} · ${type} · ${blob.size.toLocaleString("en")} bytes`);
    if (type.startsWith("audio/")) return [line, sound(blob)];
    return [line, make("pre", shown(await blob.text(), type))];
  } catch {
    return [make("p", "The server cannot be reached, or the address is none.")];
  }
}

function sound(blob) {
  const player = make("audio");
  player.controls = true;
  player.src = URL.createObjectURL(blob);
  return player;
}

function shown(text, type) {
  const whole = type.includes("application/json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return whole.length > MOST_SHOWN ? `${whole.slice(0, MOST_SHOWN)} …` : whole;
}

function route(path, method, schemas, operation) {
  const inner = make("div");
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) inner.append(fieldTable(schemas, body));
  for (const each of operation.parameters) inner.append(make("p", `${each.in} ${each.name}: ${each.description ?? "text"}`));
  const kinds = Object.keys(operation.responses["200"].content).join(", ");
  inner.append(make("p", `Answers ${kinds}; refusals ${Object.keys(operation.responses).filter((each) => each !== "200").join(", ")}.`));
  const first = exampleBody(schemas, operation);
  inner.append(make("pre", example(path, method, first)), tryIt(path, method, first, operation.parameters));
  const head = make("summary", "", make("code", method, ), make("code", ` ${path} `), operation.summary);
  head.firstChild.className = "method";
  return make("details", "", head, inner);
}

const api = await (await fetch("openapi.json")).json();
const places = document.getElementById("routes");
document.getElementById("about").textContent = api.info.description;
places.textContent = "";
const groups = Object.groupBy(
  Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))),
  (each) => each.operation.tags[0],
);
for (const [tag, operations] of Object.entries(groups)) {
  places.append(make("h2", tag));
  for (const each of operations) places.append(route(each.path, each.method.toUpperCase(), api.components.schemas, each.operation));
}
