/** The address within the studio: `#/`, `#/unanswered/<id>`, `#/intents/<name>`, `#/try`, `#/publish`. */

const FORM = /^#\/(unanswered|intents|try|publish)?(?:\/([^?]*))?(?:\?(.*))?$/;

/** The page, what is open on it, and the parameters. */
export function parsed(hash = location.hash) {
  const [, page = "first", id = "", query = ""] = FORM.exec(hash) ?? [];
  return { page, id: decoded(id), params: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function address(page, id = "", params = {}) {
  const query = new URLSearchParams(params).toString();
  const path = page === "first" ? "#/" : `#/${page}${id === "" ? "" : `/${encodeURIComponent(id)}`}`;
  return query ? `${path}?${query}` : path;
}
