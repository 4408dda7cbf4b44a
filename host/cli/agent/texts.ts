import type { NoticeKind } from '../../carrier/messages.ts';
import { shellWord } from '../../errors.ts';

/**
 * Returns the command that starts the agent for the same inventory and port. The variables may have been set for one
 * command only, and without them the agent would read another folder.
 */
export function agentCommand(environment: Readonly<Record<string, string | undefined>>): string {
  const set = ['PASSFOB_PORT', 'PASSFOB_HOME'].flatMap(name => {
    const value = environment[name];
    return value ? [`${name}=${shellWord(value)} `] : [];
  });
  return `${set.join('')}passfob agent`;
}

/** Texts of `passfob agent`. */
export const agentTexts = {
  another: {
    sentence: 'An agent of this user runs already.',
    next: 'See what it does: passfob agent status',
  },
  none: {
    sentence: 'No agent runs.',
    next: 'Start it: passfob agent, or systemctl --user start passfob-agent',
  },
  mute: {
    sentence: 'The running agent does not answer.',
    next: 'Start it again: systemctl --user restart passfob-agent',
  },
  longPath: {
    sentence: 'The path of the folder is too long for a socket in it.',
    next: 'Name a folder with a shorter path: PASSFOB_HOME',
  },
  noServices: (directory: string) => ({
    sentence: `The agent knows no service: there is none in ${directory}.`,
    next: 'Add one: passfob agent add URL --fingerprint FINGERPRINT, as its administrator gives them. PASSFOB_HOME names another folder.',
  }),
  unattended: {
    sentence:
      'The fingerprint of the service was not given, and this command cannot ask here whether it is right.',
    next: 'Get it from the administrator, and give it with --fingerprint.',
  },
  notCompared: {
    sentence: 'The service was not compared, and is not used.',
    next: 'Ask the administrator for the fingerprint, then give it with --fingerprint.',
  },
  waitingForServices: (directory: string) =>
    `The agent knows no service yet: there is none in ${directory}. Add one: passfob agent add URL --fingerprint FINGERPRINT. Or name another folder: PASSFOB_HOME`,
  compare: (name: string, fingerprint: string) =>
    `${name} proved itself. Its fingerprint is:\n${fingerprint}\n`,
  compareAsk: 'Is it the same, digit by digit, as the one that the administrator gave you?',
  added: (url: string, name: string) => `The agent keeps a connection to ${url} (${name}) from now on.`,
  removed: (url: string) => `The agent does not connect to ${url} any more.`,
  /** @param start the command that starts the agent, if none runs */
  recorded: (url: string, start: string | undefined) =>
    `The agent keeps a connection to ${url} from now on, for log-ins that are approved at the fob.${start === undefined ? '' : ` Start it: ${start}`}`,
  notRecorded: (message: string, url: string) =>
    `The service was not added to the agent: ${message} Later: passfob agent add ${url}`,
  notWritten: (code: string) => `its settings cannot be written (${code}).`,
  running: 'The running agent has been told.',
  notRunning: (start: string) => `No agent runs now. Start it: ${start}`,
  fob: (serial: string, port: string) => `The fob ${serial} is connected (${port}).`,
  gone: (serial: string) => `The fob ${serial} is disconnected.`,
  slept: 'This computer slept. The agent reconnects.',
  connecting: (url: string) => `Connecting to ${url}.`,
  connected: (url: string, name: string, by: string) => `Connected to ${url} (${name}) by ${by}.`,
  waiting: (url: string, message: string, next: string, seconds: number | undefined) =>
    `${url}: ${message} ${next}${seconds === undefined ? '' : ` Next try in ${seconds} s.`}`,
  standings: {
    own: (serial: string, url: string) => `${url} knows the fob ${serial}.`,
    other: (serial: string, url: string) => `${url} does not know the fob ${serial}.`,
    unproved: (serial: string, url: string) => `${url} knows the fob ${serial}, but could not reach it yet.`,
  },
  notices: {
    request: (serial: string, name: string) =>
      `${name} has a request for the fob ${serial}: look at the fob.`,
    locked: (serial: string, name: string) =>
      `${name} has a request for the fob ${serial}, which is locked: enter its PIN.`,
    over: (serial: string, name: string) => `The request of ${name} at the fob ${serial} is over.`,
  },
  step: (serial: string, name: string, text: string, why: string | undefined) =>
    `${name}, fob ${serial}: ${text}${why === undefined ? '' : ` ${why}`}`,
  tasks: (serial: string, url: string, waiting: number, done: number) =>
    `${url} has tasks for the fob ${serial}: ${waiting} waiting, ${done} done.`,
  laterTold: (serial: string, urls: string) =>
    `The tasks of the fob ${serial} that need a hold are put off for a day (${urls}).`,
  laterNobody: {
    sentence: 'No connected service has tasks for this fob.',
    next: 'Check the serial number, and that the fob is plugged in: passfob agent status',
  },
} as const;

/** Texts shown on the desktop: fixed words, and the name of the service. */
export const NOTIFICATIONS = {
  request: { title: 'Look at your fob', body: 'A log-in waits to be approved on it:' },
  locked: { title: 'Unlock your fob', body: 'A log-in waits for its PIN, entered on the fob:' },
  over: undefined,
} as const satisfies Record<NoticeKind, { title: string; body: string } | undefined>;

/** The title over a task that needs a hold; the text is that of the service. */
export const HOLD_TITLE = 'Hold the button of your fob';

export const MEANS = { websocket: 'WebSocket', polling: 'polling' } as const;

/** Texts of `passfob agent status`. */
export const statusTexts = {
  agent: (pid: number, since: string, version: string) =>
    `The agent has been running since ${since} (process ${pid}, Passfob ${version}).`,
  noFobs: 'No fob is connected.',
  inUse: 'in use',
  standings: {
    own: 'known',
    other: 'not known',
    unproved: 'known, not reached yet',
  },
  unsaid: 'no answer yet',
  states: {
    connecting: 'connecting',
    connected: 'connected',
    waiting: 'not connected',
  },
  service: (url: string, name: string, state: string, since: string) =>
    `${url} (${name}): ${state} since ${since}`,
  by: (means: string) => `by ${means}`,
  connectsTo: (endpoint: string) => `connects to ${endpoint}`,
  proxy: (source: string) => `that is the proxy of ${source}`,
  problem: (message: string, next: string) => `${message} ${next}`,
  again: (time: string) => `tried again at ${time}`,
  waits: (task: string) => `  waits: ${task}`,
  done: (task: string) => `  done: ${task}`,
} as const;
