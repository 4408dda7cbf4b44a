import { OPTION_NAME_LETTERS_MAX } from './limits.ts';
import { nearestName } from './nearest-name.ts';

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
