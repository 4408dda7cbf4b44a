import { type ErrorKind, type FobError, isRefusal } from '../../errors.ts';

/** Exit codes of the command line. `docs/errors.md` shows this table; a number never changes its meaning. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'Done.' },
  internal: { code: 1, meaning: 'An error of passfob itself.' },
  usage: { code: 2, meaning: 'The command line cannot be used.' },
  'bad-input': {
    code: 3,
    meaning: 'A URI, image, file, name or pairing code that was given cannot be used.',
  },
  'no-fob': { code: 4, meaning: 'No such fob or port.' },
  'port-busy': { code: 5, meaning: 'Another program uses the port.' },
  'port-forbidden': { code: 6, meaning: 'This user may not open the port.' },
  'no-answer': { code: 7, meaning: 'The fob does not answer, hangs, or was unplugged.' },
  'not-paired': { code: 8, meaning: 'The fob has no owner, or its keys are not in this inventory.' },
  refused: { code: 9, meaning: 'The fob refused.' },
  'no-press': {
    code: 10,
    meaning: 'The person at the fob declined or reported it, or nobody held the button in time.',
  },
  'verification-failed': { code: 11, meaning: 'The fob, or an account on it, did not prove itself.' },
  inventory: { code: 12, meaning: 'The inventory cannot be used.' },
  cancelled: { code: 13, meaning: 'Cancelled by the person or by a signal.' },
  locked: { code: 14, meaning: 'The fob is locked by its PIN.' },
  'old-firmware': { code: 15, meaning: 'The firmware of the fob is too old for the command.' },
  unfit: { code: 16, meaning: 'This computer lacks something: `passfob doctor` found a problem.' },
  incomplete: { code: 17, meaning: 'Some fobs of a batch were not done.' },
  configuration: { code: 18, meaning: 'The configuration of the service has mistakes.' },
  service: { code: 19, meaning: 'The service cannot start, or its data cannot be used.' },
  'service-silent': { code: 20, meaning: 'The service does not answer, or is not ready.' },
  certificate: {
    code: 21,
    meaning: 'The certificate of the service is expired, for another host or by an unknown authority.',
  },
  activation: {
    code: 22,
    meaning: 'The service refused the activation, or the activation is for another service.',
  },
  proxy: { code: 23, meaning: 'The proxy cannot be reached, refuses, or requires other authentication.' },
  agent: {
    code: 24,
    meaning: 'An agent of this user runs already, or none runs, or the service refused it.',
  },
  'unfit-board': {
    code: 25,
    meaning: 'The board lacks something: `passfob doctor --board` found a problem.',
  },
  attention: {
    code: 26,
    meaning: 'A fob needs something that `passfob care` cannot do by itself.',
  },
} as const;

export type ExitName = keyof typeof EXIT_CODES;

const EXIT_OF_KIND: Readonly<Record<ErrorKind, ExitName>> = {
  refused: 'refused',
  'no-answer': 'no-answer',
  unplugged: 'no-answer',
  'port-hung': 'no-answer',
  'port-absent': 'no-fob',
  'port-failed': 'no-fob',
  'port-busy': 'port-busy',
  'port-forbidden': 'port-forbidden',
  'no-fob': 'no-fob',
  'several-fobs': 'usage',
  'not-authentic': 'verification-failed',
  'verification-failed': 'verification-failed',
  'wrong-code': 'bad-input',
  'wrong-version': 'refused',
  'old-firmware': 'old-firmware',
  'not-paired': 'not-paired',
  'not-in-inventory': 'not-paired',
  'already-owned': 'refused',
  'bad-input': 'bad-input',
  usage: 'usage',
  inventory: 'inventory',
  'row-taken': 'incomplete',
  'no-row': 'incomplete',
  incomplete: 'incomplete',
  attention: 'attention',
  cancelled: 'cancelled',
  'dry-run': 'ok',
  unfit: 'unfit',
  'unfit-board': 'unfit-board',
  configuration: 'configuration',
  service: 'service',
  'service-silent': 'service-silent',
  certificate: 'certificate',
  activation: 'activation',
  proxy: 'proxy',
  agent: 'agent',
};

/** Returns the exit code for a `FobError`. */
export function exitCodeOf(error: FobError): number {
  return EXIT_CODES[exitNameOf(error)].code;
}

function exitNameOf(error: FobError): ExitName {
  if (isRefusal(error, 'press-denied', 'press-timeout', 'press-reported')) return 'no-press';
  return isRefusal(error, 'locked') ? 'locked' : EXIT_OF_KIND[error.kind];
}
