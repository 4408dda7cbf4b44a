import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const BOTH =
  /<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">\s*<img src="([^"]+)"([^>]*)>\s*<\/picture>/g;

/**
 * Returns a document whose pictures follow the site's switch of light and dark pages: GitHub's form of a picture with
 * two sources follows the system alone. The browser loads only the picture that is seen.
 *
 * @param sizeOf width and height in pixels of a picture, so that a page keeps the room for it before it is loaded
 */
export function withBothSchemes(text: string, sizeOf: (target: string) => readonly [number, number]): string {
  return text.replace(BOTH, (_, dark: string, light: string, attributes: string) => {
    const [width, height] = sizeOf(light);
    const shown = Number(/\bwidth="(\d+)"/.exec(attributes)?.[1] ?? width);
    const rest = ` height="${Math.round((shown * height) / width)}" loading="lazy"${attributes}>`;
    return `<span class="picture"><img class="on-light" src="${light}"${rest}<img class="on-dark" src="${dark}"${rest}</span>`;
  });
}

/** Returns the width and height in pixels of a PNG file that a document names. */
export function pngSize(root: string, document: string, target: string): readonly [number, number] {
  const file = readFileSync(join(root, posix.dirname(document), target));
  // The first chunk is always IHDR (RFC 2083 §4.1.1).
  return [file.readUInt32BE(16), file.readUInt32BE(20)];
}
