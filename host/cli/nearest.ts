import { WORD_LETTERS_MAX } from '../limits.ts';

/** Words of up to this length match with one mistake, longer ones with two. */
const SHORT_WORD_LETTERS = 4;

/** Whether a text looks like a command or the name of an option, even a misspelt one. */
export function isWord(text: string): boolean {
  return /^[a-z-]+$/.test(text) && text.length <= WORD_LETTERS_MAX;
}

/** Returns the word that was most likely meant: the one with the fewest mistakes, if these are few. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  if (!isWord(text)) return undefined;
  const mistakesMax = text.length <= SHORT_WORD_LETTERS ? 1 : 2;
  const [best] = words
    .map(word => ({ word, mistakes: editDistance(text, word) }))
    .filter(({ mistakes }) => mistakes <= mistakesMax)
    .sort((a, b) => a.mistakes - b.mistakes);
  return best?.word;
}

/** Counts the letters to insert, delete, replace or swap with the next (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[line - 1] === to[column - 1];
      const isSwapped = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      next[column] = Math.min(
        (next[column - 1] ?? 0) + 1,
        (row[column] ?? 0) + 1,
        (row[column - 1] ?? 0) + (isSame ? 0 : 1),
        ...(isSwapped ? [(before[column - 2] ?? 0) + 1] : []),
      );
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
