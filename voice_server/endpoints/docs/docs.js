// Draws the routes of openapi.json. Everything is set as text, so nothing in the document can become markup.

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

function example(path, method, schemas, operation) {
  const address = new URL(".", document.baseURI).href.replace(/\/$/, "") + path; // a proxy may show it under a prefix
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (!body) return `curl ${address}`;
  const field = resolve(schemas, body).properties?.input ? "input" : "text";
  return `curl -X ${method} ${address} \\\n  -H "Content-Type: application/json" \\\n  -d '{"${field}": "Hello world."}' --output answer`;
}

function route(path, method, schemas, operation) {
  const inner = make("div");
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) inner.append(fieldTable(schemas, body));
  for (const each of operation.parameters) inner.append(make("p", `${each.in} ${each.name}: ${each.description ?? "text"}`));
  const kinds = Object.keys(operation.responses["200"].content).join(", ");
  inner.append(make("p", `Answers ${kinds}; refusals ${Object.keys(operation.responses).filter((each) => each !== "200").join(", ")}.`));
  inner.append(make("pre", example(path, method, schemas, operation)));
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
