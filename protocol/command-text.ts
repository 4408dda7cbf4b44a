import { COMMANDS, type CommandName, type CommandRow } from './commands.ts';

/**
 * The table of commands as one text, which the device leaves in flash: as objects it would cost some ten variables a
 * row. A row is `!`, then the code, the name, 1 for sealed, the layouts of request and response, each followed by `;`.
 * The build writes the text in place of its making.
 *
 * The dot at the end is for Espruino, whose `indexOf` also finds a text of which only the beginning is there: behind the
 * last `!` it would find the row of every code that no row has.
 */
export const COMMAND_TEXT: string = commandText();

function commandText(): string {
  let text = '';
  for (const name in COMMANDS) {
    const [code, , sealed, request, response]: CommandRow = COMMANDS[name as CommandName];
    text += `!${code};${name};${sealed};${request};${response};`;
  }
  return `${text}!.`;
}
