import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { miniSearch, QUESTIONS } from '../search.ts';

/** The answers among which the expected page must be: those that a reader sees without scrolling. */
const FIRST = 3;

interface Index {
  search(words: string): readonly { readonly id: string; readonly title: string; readonly score: number }[];
}

interface MiniSearch {
  loadJSON(json: string, options: object): Index;
}

/** As VitePress asks its index, besides the options of the site. */
const VITEPRESS = {
  fields: ['title', 'titles', 'text'],
  storeFields: ['title', 'titles'],
  searchOptions: { boost: { title: 4, text: 2, titles: 1 } },
};

/**
 * Asks the index of a built site the questions of beginners.
 *
 * @param site folder with the installed packages of the site
 * @param out folder of the built site
 * @param base path under which the site is served, with `/` at both ends
 * @returns a sentence for each question whose page is not among the first three answers
 */
export function checkSearch(site: string, out: string, base: string, questions = QUESTIONS): string[] {
  const index = indexOf(site, out);
  return questions.flatMap(([question, ...pages]) => {
    const found = index
      .search(question)
      .slice(0, FIRST)
      .map(({ id }) => id.slice(base.length));
    const missing = pages.filter(page => !found.some(id => id.startsWith(`${page}.html`)));
    return missing.map(page => `A search for "${question}" finds ${found.join(', ')} before ${page}`);
  });
}

function indexOf(site: string, out: string): Index {
  const chunks = join(out, 'assets/chunks');
  const name = readdirSync(chunks).find(one => /^@localSearchIndex.*\.js$/.test(one));
  if (name === undefined) throw new Error(`There is no index for the search in ${chunks}`);
  const module = readFileSync(join(chunks, name), 'utf8');
  const json: unknown = runInNewContext(module.replace(/export\s*\{\s*([\w$]+) as default\s*\};?\s*$/, '$1'));
  const library = createRequire(join(site, 'package.json'))('minisearch') as MiniSearch;
  const { options, searchOptions } = revived(miniSearch) as typeof miniSearch;
  return library.loadJSON(String(json), {
    ...VITEPRESS,
    ...options,
    searchOptions: { ...VITEPRESS.searchOptions, ...searchOptions },
  });
}

/** Returns options with their functions made from text, as the browser gets them: one that uses its module fails here. */
function revived(value: unknown): unknown {
  if (typeof value === 'function') return runInNewContext(`(${String(value)})`);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revived(inner)]));
}
