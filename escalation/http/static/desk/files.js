/** Files of a message. */

import { API } from "./api.js";
import { el, icon } from "./dom.js";
import { TEXTS } from "./texts.js";

// What a browser shows as a picture; anything else is only saved.
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** A number of bytes in words. */
export function sizeOf(bytes) {
  if (bytes >= 1_000_000) return TEXTS.megabytes((bytes / 1_000_000).toFixed(1));
  return bytes >= 1_000 ? TEXTS.kilobytes(Math.round(bytes / 1_000)) : TEXTS.bytes(bytes);
}

/** A file of a message: to be saved, and a picture is shown small. Its content is fetched once it is in sight. */
export function fileNode(file, base) {
  const href = `${API}${base}/files/${encodeURIComponent(file.file_id)}`;
  const label = TEXTS.download(file.name, sizeOf(file.size));
  const link = el("a", { class: "file", href, download: file.name, dir: "auto", testid: "file" });
  link.append(icon("file"), el("span", {}, label));
  if (PICTURES.includes(file.media_type)) thumbnail(link, href, file.name);
  return el("li", {}, link);
}

/** Puts a picture before the name. It is fetched, since what the server sends is to be saved and never shown as a page. */
function thumbnail(link, href, name) {
  const seen = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    const response = await fetch(href, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (!response?.ok) return;
    const address = URL.createObjectURL(await response.blob());
    const picture = el("img", { class: "thumbnail", alt: name, src: address, testid: "thumbnail" });
    picture.addEventListener("error", () => picture.remove());
    for (const ended of ["load", "error"]) picture.addEventListener(ended, () => URL.revokeObjectURL(address));
    link.prepend(picture);
  });
  seen.observe(link);
}
