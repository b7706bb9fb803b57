/**
 * Server-Sent Events as text that arrives in pieces: a piece may end anywhere, even between CR and LF. As the standard has
 * it, lines end in LF, CR or CRLF, a line that begins with a colon says nothing, and an empty line ends an event.
 *
 * @typedef {{ id: string, name: string, data: string }} ServerEvent
 * @param {(event: ServerEvent) => void} onEvent
 * @returns {{ push(text: string): void }}
 */
export function createParser(onEvent) {
  let rest = "";
  let afterReturn = false; // a LF that follows belongs to it
  let [id, name] = ["", ""];
  /** @type {string[]} */
  let data = [];

  function line(/** @type {string} */ text) {
    if (text === "") return dispatch();
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + (text[colon + 1] === " " ? 2 : 1));
    if (field === "data") data.push(value);
    else if (field === "event") name = value;
    else if (field === "id") id = value;
  }

  function dispatch() {
    if (data.length) onEvent({ id, name: name || "message", data: data.join("\n") });
    name = "";
    data = [];
  }

  return {
    push(text) {
      let from = afterReturn && text[0] === "\n" ? 1 : 0;
      if (text !== "") afterReturn = false;
      const ends = /\r\n|\n|\r/g;
      ends.lastIndex = from;
      for (let end = ends.exec(text); end; end = ends.exec(text)) {
        line(rest + text.slice(from, end.index));
        rest = "";
        from = ends.lastIndex;
        afterReturn = end[0] === "\r" && from === text.length;
      }
      rest += text.slice(from);
    },
  };
}
