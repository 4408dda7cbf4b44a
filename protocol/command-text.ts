import { COMMANDS, type CommandName, type CommandRow } from './commands.ts';

/**
 * The table of commands as one text, which the device leaves in flash: objects would cost about ten variables a row.
 * A row is `!`, then the code, the name, 1 for sealed, and the layouts of request and response, each followed by `;`.
 * The build replaces the call with its result.
 *
 * The dot at the end works around Espruino's `indexOf`, which also finds a search text that the end of the string
 * cuts off. Without the dot every unknown code would match the last `!`.
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
