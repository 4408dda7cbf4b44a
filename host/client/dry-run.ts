import type { CommandName } from '@passfob/protocol/commands';
import { FobError } from '../errors.ts';

/**
 * The change that a command makes, in words that follow `would be to`; undefined for commands that change nothing.
 */
const CHANGES: Record<CommandName, string | undefined> = {
  hello: undefined,
  open: undefined,
  finish: undefined,
  info: undefined,
  list: undefined,
  prove: undefined,
  clock: undefined,
  status: undefined,
  time: undefined,
  // A dry run asks no question that this could withdraw.
  cancel: undefined,
  pair: 'have it show a pairing code',
  adopt: 'give it its keys',
  take: 'give it its keys',
  put: 'write the account',
  enrol: 'write the account',
  putOcra: 'write the account',
  remove: 'remove the account',
  code: 'ask for an approval and a passcode',
  respond: 'ask for an approval and a response',
  setClock: 'set its clock',
  erase: 'ask for an approval and erase it',
  escrow: 'give it the recovery key',
  setPolicy: 'set its policy',
  requirePin: 'have a new PIN chosen',
  resetPin: 'ask for an approval and reset its PIN',
  rename: 'rename the account',
  move: 'move the account',
  maintain: 'ask for an approval and open it for an update',
};

/** @throws FobError `dry-run` for a command that changes the fob */
export function refuseChange(name: CommandName): void {
  const change = CHANGES[name];
  if (change !== undefined) throw new FobError('dry-run', { subject: change });
}
