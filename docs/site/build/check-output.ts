import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What an element loads by itself: anything outside would be a request that nobody asked for. */
const LOADS =
  /<(?:script|img|source|iframe|video|audio)\b[^>]*?\b(?:src|srcset)="([^"]*)"|<link\b[^>]*?\bhref="([^"]*)"/g;
const LINK = /<a\b[^>]*?\bhref="([^"]*)"/g;
const ID = /\bid="([^"]+)"/g;
const STYLE_LOADS = /(?:url\(|@import\s+)["']?([^"')]+)/g;
const SCRIPT_LOADS =
  /\b(?:import|fetch|importScripts|Worker|WebSocket|EventSource)\(\s*["'`]((?:https?:|wss?:)?\/\/[^"'`]*)/g;
const OUTSIDE = /^(?:[a-z][a-z\d+.-]*:)?\/\//i;

/**
 * Returns the faults of a built site: what it loads from elsewhere, and links to files or anchors that are not there.
 *
 * @param base path under which the site is served, with `/` at both ends
 */
export function checkOutput(out: string, base: string): string[] {
  const files = filesUnder(out, '');
  const pages = new Map(
    files
      .filter(path => path.endsWith('.html'))
      .map(path => [path, readFileSync(join(out, path), 'utf8')] as const),
  );
  const ids = new Map([...pages].map(([path, text]) => [path, new Set(groups(text, ID).map(decodeURI))]));
  const faults = [...pages].flatMap(([path, text]) => {
    const loaded = groups(text, LOADS).filter(target => OUTSIDE.test(target));
    const broken = groups(text, LINK)
      .concat(groups(text, LOADS))
      .filter(target => !leads(target, path));
    return [
      ...loaded.map(target => `${path} loads ${target}`),
      ...broken.map(target => `${path} links to ${target}, which is not there`),
    ];
  });
  return [...new Set([...faults, ...filesThatLoad(out, files)])];

  function leads(target: string, from: string): boolean {
    if (target === '' || /^[a-z][a-z\d+.-]*:/i.test(target) || OUTSIDE.test(target)) return true;
    const [address = '', anchor] = target.split('#');
    if (address.startsWith('/') && !address.startsWith(base)) return false;
    const path = address.startsWith('/')
      ? address.slice(base.length)
      : posix.join(posix.dirname(from), address === '' ? posix.basename(from) : address);
    const file = fileOf(out, decodeURI(path.replace(/\?.*$/, '')));
    if (file === undefined) return false;
    return (
      anchor === undefined ||
      anchor === '' ||
      !ids.has(file) ||
      ids.get(file)?.has(decodeURI(anchor)) === true
    );
  }
}

/** Style sheets and scripts that load from elsewhere. */
function filesThatLoad(out: string, files: readonly string[]): string[] {
  return files.flatMap(path => {
    const pattern = path.endsWith('.css') ? STYLE_LOADS : path.endsWith('.js') ? SCRIPT_LOADS : undefined;
    if (pattern === undefined) return [];
    return groups(readFileSync(join(out, path), 'utf8'), pattern)
      .filter(target => OUTSIDE.test(target))
      .map(target => `${path} loads ${target}`);
  });
}

const groups = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(match => (match[1] ?? match[2] ?? '').replaceAll('&amp;', '&'));

/** The file that a static server sends for a path; undefined where there is none. */
function fileOf(out: string, path: string): string | undefined {
  const candidates = path === '' || path.endsWith('/') ? [posix.join(path, 'index.html')] : [path];
  return candidates.find(one => existsSync(join(out, one)) && statSync(join(out, one)).isFile());
}

/** Returns the paths of all files of a folder, with `/`. */
export function filesUnder(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = posix.join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(root, path) : [path];
  });
}
