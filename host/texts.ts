/** A sentence that describes a problem, and the next step for the person. */
export interface Text {
  readonly sentence: string;
  readonly next: string;
}

/** One text for each kind of error except `refused`, whose texts are in `protocol/refusals.ts`. */
export const TEXTS = {
  'no-answer': text(
    'The fob at {subject} does not answer.',
    'Check that it has power and runs the Passfob firmware, then run the command again.',
  ),
  unplugged: text(
    'The fob at {subject} was unplugged.',
    'Plug it in and run the command again: it finishes or undoes the interrupted work.',
  ),
  activation: text('The service does not continue this activation.', 'Ask your administrator for a new one.'),
  'port-absent': text('There is no port {subject}.', 'Plug the fob in; passfob devices lists what is there.'),
  'port-busy': text(
    'Another program uses the port {subject}.',
    'End the other program (a terminal, an IDE or another passfob), then run the command again.',
  ),
  'port-forbidden': text(
    'This user may not open the port {subject}.',
    'Run: passfob doctor, which says how to allow it: by the udev rules of passfob, or by the group that owns the port.',
  ),
  'port-hung': text(
    'The port {subject} hangs: it takes no bytes.',
    'Unplug the fob, wait a second and plug it in again. Then run the command again.',
  ),
  'port-failed': text(
    'The port {subject} cannot be opened.',
    'Name the port of the fob with --device; passfob devices lists what is there.',
  ),
  'no-fob': text(
    'No fob was found.',
    'Plug one in, or name its port with --device; passfob devices --all asks every port.',
  ),
  'several-fobs': text('More than one fob is there: {subject}.', 'Say which one with --device SERIAL.'),
  'not-authentic': text(
    'The fob {subject} could not prove that it holds the key of this inventory.',
    'Do not use it. If it was erased and paired elsewhere, erase it at its button and run: passfob pair',
  ),
  'wrong-code': text(
    'This is not the code that the fob shows.',
    'Run: passfob pair, and type the new code from the screen of this fob.',
  ),
  'wrong-version': text(
    'The fob {subject} and this passfob speak different versions of the protocol.',
    'Update passfob and the fob to matching versions.',
  ),
  'old-firmware': text(
    'The firmware of the fob {subject} is too old for this.',
    'Update the firmware of the fob, then run the command again. Other commands still work.',
  ),
  'not-paired': text('The fob {subject} has no owner yet.', 'Run: passfob pair'),
  'already-owned': text(
    'The fob {subject} already has an owner.',
    'Ask its owner to erase it or to hand it over, then pair it again.',
  ),
  'not-in-inventory': text(
    'This inventory holds no key of the fob {subject}: it has another owner.',
    'Use the inventory that paired it (PASSFOB_HOME), or have its owner erase it and run: passfob pair',
  ),
  'bad-input': text('The input cannot be used.', 'Correct it and run the command again.'),
  'dry-run': text(
    'Nothing was changed. The next step would be to {subject}.',
    'Run it without --dry-run to do it.',
  ),
  usage: text('The command line cannot be used.', 'Run: passfob --help'),
  'verification-failed': text(
    'The fob did not prove that it holds the written data.',
    'Run the command again; if it fails again, do not use this fob.',
  ),
  inventory: text('The inventory {subject} cannot be used.', 'Check the folder and its files.'),
  unfit: text('A problem was found.', 'Follow its next step, then run: passfob doctor'),
  'unfit-board': text(
    'A problem was found on the board.',
    'Follow its next step, then run: passfob doctor --board',
  ),
  'row-taken': text(
    'Another run of this batch has given this row of the plan to another fob.',
    'Run the command again: the fob gets the next row.',
  ),
  'no-row': text(
    'The plan has no row for the fob {subject}.',
    'Name it in the column serial, or use a blank fob: a fob that holds accounts gets only rows that name it.',
  ),
  incomplete: text(
    'Some fobs of the batch were not done.',
    'Check the result of each fob, then run the command again: finished rows stay finished.',
  ),
  attention: text('The fob needs attention.', 'Do what the report says, then run: passfob care'),
  configuration: text(
    'The configuration of the service has mistakes.',
    'Follow the next step of each, then run: passfob service config',
  ),
  service: text('The service cannot start.', 'Run: passfob service doctor'),
  'service-silent': text('The service does not answer.', 'Check its address and that it runs.'),
  certificate: text(
    'The certificate of the service cannot be trusted.',
    'Have the certificate corrected. Do not continue before that.',
  ),
  proxy: text('The proxy does not let the connection through.', 'Run: passfob agent check'),
  agent: text('The agent cannot continue.', 'Run: passfob agent status'),
  cancelled: text('The command was cancelled.', 'Run it again when you are ready.'),
} as const satisfies Record<string, Text>;

function text(sentence: string, next: string): Text {
  return { sentence, next };
}
