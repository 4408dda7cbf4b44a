/** Names of up to this length match with one mistake, longer ones with two. */
const SHORT_NAME_LETTERS = 4;

/** Returns the name that was most likely meant: the one with the fewest mistakes, if these are few. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length === 1) return undefined;
  const mistakesMax = name.length <= SHORT_NAME_LETTERS ? 1 : 2;
  for (let mistakes = 1; mistakes <= mistakesMax; mistakes++) {
    const meant = known.find(option => isNear(name, option, mistakes));
    if (meant !== undefined) return meant;
  }
  return undefined;
}

/** Whether letters to insert, delete, replace or swap with the next are at most `mistakes`. */
function isNear(from: string, to: string, mistakes: number): boolean {
  if (from === to) return true;
  if (from !== '' && from[0] === to[0]) return isNear(from.slice(1), to.slice(1), mistakes);
  if (mistakes === 0) return false;
  const isSwapped = from.length > 1 && from[0] === to[1] && from[1] === to[0];
  return (
    isNear(from.slice(1), to, mistakes - 1) ||
    isNear(from, to.slice(1), mistakes - 1) ||
    isNear(from.slice(1), to.slice(1), mistakes - 1) ||
    (isSwapped && isNear(from.slice(2), to.slice(2), mistakes - 1))
  );
}
