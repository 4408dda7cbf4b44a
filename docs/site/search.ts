// The browser gets these functions as text, so each uses nothing from outside itself.

/**
 * Returns a word as the index and a search both have it; undefined for a word that says nothing about a section. Endings go,
 * so that "upgrade" finds "Upgrading", and "forgotten" finds "You forgot".
 */
function processTerm(term: string): string | undefined {
  const word = term.toLowerCase();
  const empty =
    ' a an and are as at be by can cannot do does for from have has how i if in is it its me my not of on or that the their then there this to was what when where which who why with you your ';
  if (word === '' || empty.includes(` ${word} `)) return undefined;
  if (/^forg[eo]t(?:s|ten|ting)?$/.test(word)) return 'forg';
  if (/^los(?:e|es|t|s|ing)$/.test(word)) return 'los';
  if (word.length < 4 || /[^a-z]/.test(word)) return word;
  return word
    .replace(/^(..+)ies$/, '$1y')
    .replace(/^(..+[^isu])s$/, '$1')
    .replace(/^(...+)(?:ing|ed)$/, '$1')
    .replace(/^(.+)([bdgmnprt])\2$/, '$1$2')
    .replace(/^(....+)e$/, '$1');
}

/** Whether a word of a search also finds longer words that begin with it: short ones begin too many. */
const prefix = (term: string): boolean => term.length > 3;

/** The share of a word's letters that may be mistyped; short words have too many neighbours. */
const fuzzy = (term: string): number | false => (term.length > 5 ? 0.2 : false);

/**
 * Returns how much a section counts, by its address: the pages for beginners first, then the guides; pages about the
 * inside of Passfob later, and last what is generated and the changes, in which every word stands many times.
 */
function boostDocument(id: string): number {
  if (/\/start\//.test(id)) return 3;
  if (/\/(?:reference|project\/changelog)\b/.test(id)) return 0.15;
  const inside =
    /\/(?:architecture|asvs|carrier|dependencies|design-notes|first-board|performance|protocol|threat-model|boards\/bench|contribute\/\w+|project\/(?:test-unit-wire|contributing))\.html/;
  if (inside.test(id)) return 0.4;
  return /\/(?:cli|errors)\.html/.test(id) ? 0.8 : 1;
}

/** How the search of the site makes its index and asks it: options of MiniSearch, for VitePress. */
export const miniSearch = {
  options: { processTerm },
  // All words of a search, not any.
  searchOptions: { combineWith: 'AND', prefix, fuzzy, boostDocument },
} as const;

/** Questions of people who see the documents for the first time, and pages of which each must be among the first answers. */
export const QUESTIONS: readonly (readonly [question: string, ...pages: string[]])[] = [
  ['forgot PIN', 'start/carry'],
  ['PIN forgotten', 'start/carry'],
  ['clock not set', 'start/carry'],
  ['import Aegis', 'formats'],
  ['lost fob', 'start/carry'],
  ['flat battery', 'start/carry'],
  ['RADIUS FreeRADIUS', 'integrations/freeradius'],
  ['reset fob', 'start/carry'],
  ['backup', 'operations'],
  ['hold or press', 'start/carry'],
  ['wrong passcode', 'start/carry'],
  ['simulator test', 'start/develop'],
  ['exit codes', 'errors'],
  ['how do I upgrade', 'upgrading'],
];
