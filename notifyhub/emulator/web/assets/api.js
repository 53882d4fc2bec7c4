// The emulator's own doors. Paths are relative, so that the page works wherever the emulator is mounted.

export async function get(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return answer(await fetch(query ? `${path}?${query}` : path, { headers: { Accept: "application/json" } }));
}

export async function send(method, path, body) {
  return answer(await fetch(path, { method, body: body === undefined ? undefined : JSON.stringify(body) }));
}

async function answer(response) {
  if (response.status === 204) {
    return null;
  }
  const told = await response.json();
  if (!response.ok) {
    throw new Error((told.errors || []).map((one) => one.message).join("; ") || told.title);
  }
  return told;
}

export function writeAs(person, text) {
  const address = person.address.split("/").map(encodeURIComponent).join("/");
  return send("POST", `people/${person.channel}/${address}/messages`, { text });
}
