/** Which addresses in what others wrote are let through. */

const LINKS = new Set(["http:", "https:", "mailto:"]);
const RASTER = /^data:image\/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/i;

/** Return the address a link may lead to; `null` for every other kind, also places of this page. */
export function linkAddress(written: unknown): string | null {
  if (typeof written !== "string") return null;
  let address: URL;
  try {
    address = new URL(written);
  } catch {
    return null;
  }
  if (!LINKS.has(address.protocol)) return null;
  // What stands before an @ passes for the name of the host.
  if (address.username || address.password) return null;
  return address.href;
}

/** Whether a picture's address is the picture itself, as pixels. */
export const isRaster = (written: unknown): written is string =>
  typeof written === "string" && RASTER.test(written);
