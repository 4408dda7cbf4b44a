import { OPTION_NAME_LETTERS_MAX } from './base/limits.ts';

/** Names of up to this length match with one mistake, longer ones with two. */
const SHORT_NAME_LETTERS = 4;

/**
 * Explains an argument that yargs does not know. Its value is not repeated.
 * @param message of yargs, such as `Unknown arguments: web-kye, webKye`
 * @param known names of all options
 * @returns undefined if the message is another
 */
export function unknownArgument(
  message: string,
  args: readonly string[],
  { program, known }: { readonly program: string; readonly known: readonly string[] },
): string | undefined {
  const unknown = /^Unknown arguments?: (.*)$/s.exec(message)?.[1]?.split(', ');
  if (unknown === undefined) return undefined;
  const help = `Run: ${program} --help`;
  const name = args
    .map(arg => /^--?([a-zA-Z][a-zA-Z-]*)(?==|$)/.exec(arg)?.[1])
    .find(given => given !== undefined && unknown.includes(given.replace(/^no-/, '')));
  if (name === undefined || name.length > OPTION_NAME_LETTERS_MAX) {
    return `Unknown argument. ${help}`;
  }
  const sentence = `Unknown option ${name.length === 1 ? '-' : '--'}${name}.`;
  const meant = nearestName(name, known);
  return meant === undefined ? `${sentence} ${help}` : `${sentence} Did you mean --${meant}? ${help}`;
}

function nearestName(name: string, known: readonly string[]): string | undefined {
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
