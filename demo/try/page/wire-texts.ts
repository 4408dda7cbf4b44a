import type { CommandName } from '@passfob/protocol/commands';
import { REFUSALS, type RefusalName } from '@passfob/protocol/refusals';
import type { ItemContent } from '@passfob/protocol/trace/decode';
import type { TraceMessage } from '@passfob/protocol/trace/messages';

/** What the owner says with each command, for people who see it for the first time. */
const asked: Readonly<Record<CommandName, string>> = {
  hello: 'Who are you?',
  pair: 'Show a pairing code.',
  open: 'Let us open a session: here is my random number.',
  finish: 'Here is my proof that I know the key as well.',
  info: 'How much do you hold?',
  adopt: 'These are our shared keys.',
  list: 'Which account is at this place?',
  put: 'Keep this account.',
  prove: 'Prove that you hold this account.',
  remove: 'Remove this account.',
  code: 'Make a passcode, if your person agrees.',
  clock: 'What time is it?',
  setClock: 'Set your clock.',
  erase: 'Erase everything, if your person agrees.',
  escrow: 'Keep this second lock for a forgotten PIN.',
  status: 'How are you?',
  setPolicy: 'These are the rules for your PIN.',
  requirePin: 'Have your person choose a new PIN.',
  resetPin: 'Forget the PIN, if your person agrees.',
  rename: 'Rename this account.',
  move: 'Move this account.',
  putOcra: 'Keep this account, which answers questions.',
  respond: 'Answer this request, if your person agrees.',
  time: 'What time is it, and how far off may you be?',
  maintain: 'Open for an update, if your person agrees.',
  take: 'These are our shared keys, and the time.',
  enrol: 'Keep this account, and prove that you did.',
  cancel: 'Never mind the question on your display.',
};

const answered = {
  hello: 'My serial number, my board and my state. Anybody may know them.',
  pair: 'The code is on my display, for so many seconds.',
  open: 'My random number, and my proof that I know the key.',
  finish: 'We know each other. From here on everything is sealed.',
  prove: 'My proof. No passcode can be made from it.',
  respond: 'My person agreed: this is my answer to this request alone.',
  enrol: 'Done, and here is my proof. No passcode can be made from it.',
  time: 'My time, and the most that it may be off.',
  clock: 'My time.',
  take: 'Done: you are my owner.',
} satisfies Partial<Record<CommandName, string>>;

const frames = {
  sealed: (bytes: number) => `Sealed: ${bytes} bytes that only fob and service can read.`,
  broken: 'A broken frame. Its receiver drops it, and the service sends again.',
  noise: 'Bytes that are no frame. Both sides skip them.',
  done: 'Done.',
  unknown: 'A message that this page does not know.',
  refused: (meaning: string) => `No: ${meaning}`,
};

/** Returns what one frame says, in words. */
export function frameText(is: ItemContent): string {
  if (is.kind === 'frame') return messageSaid(is, is.frame === 'response');
  if (is.kind === 'sealed')
    return is.opened === undefined
      ? frames.sealed(is.sealedBytes)
      : messageSaid(is.opened, is.frame === 'response');
  return is.kind === 'broken' ? frames.broken : frames.noise;
}

function messageSaid({ command, refusal, status }: TraceMessage, isResponse: boolean): string {
  if (refusal !== undefined) return frames.refused(REFUSALS[refusal as RefusalName].meaning);
  if (status !== undefined && status !== 0) return frames.unknown;
  if (command === undefined) return frames.unknown;
  if (!isResponse) return asked[command as CommandName];
  return answered[command as keyof typeof answered] ?? frames.done;
}
