/** The address within the desk: `#/`, `#/h/<id>`, `#/search`…, and after `?` the filters, which go with every page. */

const FORM = /^#\/(?:(h|search|board|people|replies)(?:\/([^?]*))?)?(?:\?(.*))?$/;
/** What narrows the queue; these are kept from page to page. */
export const FILTERS = ["team", "mine", "priority", "channel", "language", "sla", "tag"];

/** The page, the handoff's id if it is one, and the parameters. */
export function parsed(hash = location.hash) {
  const [, page = "queue", id = "", query = ""] = FORM.exec(hash) ?? [];
  return { page: page === "h" && !id ? "queue" : page, id: decoded(id), params: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a page, with the filters of now and `more` parameters. */
export function address(page, id = "", more = {}) {
  const kept = [...parsed().params].filter(([name]) => FILTERS.includes(name));
  const query = new URLSearchParams([...kept, ...Object.entries(more)]).toString();
  const path = page === "queue" ? "#/" : page === "h" ? `#/h/${encodeURIComponent(id)}` : `#/${page}`;
  return query ? `${path}?${query}` : path;
}

/** The address of this page with other filters: `changes` by name; an empty value takes one away. */
export function refiltered(changes) {
  const { page, id, params } = parsed();
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  const path = page === "queue" ? "#/" : page === "h" ? `#/h/${encodeURIComponent(id)}` : `#/${page}`;
  const query = params.toString();
  return query ? `${path}?${query}` : path;
}
