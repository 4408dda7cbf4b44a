import { COMMANDS } from '@passfob/protocol/commands';
import * as limits from '@passfob/protocol/limits';
import { REFUSALS } from '@passfob/protocol/refusals';
import { textOf } from '../../tidy/files.ts';
import { tableOf } from '../../tidy/tables.ts';
import { keptCells, type MadePart } from './part.ts';

const code = (text: string) => (text === '' ? '' : `\`${text}\``);

/** Every command of the wire with its layouts. */
function commandsTable(): string {
  const rows = Object.entries(COMMANDS).map(([name, [number, since, sealed, request, response]]) => {
    const sent = sealed === 1 ? 'sealed' : 'clear';
    return [String(number), code(name), String(since), sent, code(request), code(response)];
  });
  return tableOf(['code', 'command', 'since', 'sent', 'request', 'response'], rows);
}

/** Every refusal; what to do next stands with the errors. */
function refusalsTable(): string {
  const rows = Object.entries(REFUSALS).map(([name, refusal]) => [
    ...[String(refusal.code), code(name), refusal.meaning, refusal.retry],
  ]);
  return tableOf(['code', 'refusal', 'meaning', 'ask again'], rows);
}

/** Every limit with its value, and with words of a person for what it bounds. */
function limitsTable(previous: string): string {
  const boundOf = keptCells(previous, [2]);
  const rows = Object.entries(limits).map(([name, value]) => [
    code(name),
    String(value),
    ...boundOf(code(name)),
  ]);
  return tableOf(['limit', 'value', 'what it bounds'], rows);
}

/** The popular PINs, which a function of the firmware holds as text: an object outside it would cost the device variables. */
function popularPins(): string {
  const [, list = ''] = /const popular =([^;]*);/.exec(textOf('protocol/pins.ts') ?? '') ?? [];
  const lines = (list.match(/\d+/g) ?? []).join(' ').match(/.{1,99}(?: |$)/g) ?? [];
  return ['<!-- not executed: a list -->', '```', ...lines.map(line => line.trim()), '```'].join('\n');
}

export const protocolParts: readonly MadePart[] = [
  { name: 'wire-commands', make: commandsTable },
  { name: 'wire-refusals', make: refusalsTable },
  { name: 'wire-limits', make: limitsTable },
  { name: 'popular-pins', make: popularPins },
];
