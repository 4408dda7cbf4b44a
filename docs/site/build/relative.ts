import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './check-output.ts';

/**
 * Makes the addresses in the pages relative, so that the pages can also be read from the disk, without a server. Scripts do not
 * run there: search and the switch for dark pages need a server; the system's own choice of dark pages is followed.
 */
export function makeRelative(out: string, base: string): void {
  for (const path of filesUnder(out, '').filter(one => one.endsWith('.html'))) {
    // A server sends this page for any path.
    if (path === '404.html') continue;
    const file = join(out, path);
    writeFileSync(file, withRelativeAddresses(readFileSync(file, 'utf8'), path, base));
  }
}

/** Returns a page with its addresses relative to itself. @param path of the page on the site */
export function withRelativeAddresses(text: string, path: string, base: string): string {
  const up = '../'.repeat(path.split('/').length - 1) || './';
  return text.replace(/(\s(?:href|src)=")(\/[^"]*)"/g, (whole, start: string, target: string) => {
    if (!target.startsWith(base) || target.startsWith('//')) return whole;
    const [address = '', ...anchor] = target.slice(base.length).split('#');
    const there = address === '' || address.endsWith('/') ? `${address}index.html` : address;
    return `${start}${up}${[there, ...anchor].join('#')}"`;
  });
}
