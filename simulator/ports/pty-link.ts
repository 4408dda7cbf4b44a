import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { refuseMissingFolder, StartRefused } from '../base/node/start-refused.ts';
import { PtyUnavailable } from './pty-unavailable.ts';

/**
 * The helpers replace any file at the link's name. Only a link left by a former run may be replaced.
 * @throws StartRefused if another fob is behind the link, or its folder does not exist
 * @throws PtyUnavailable if the name belongs to another file
 */
export function refuseUsedLink(link: string): void {
  refuseMissingFolder(link);
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found === undefined) return;
  const terminal = found.isSymbolicLink() ? readlinkSync(link) : '';
  if (!terminal.startsWith('/dev/')) {
    throw new PtyUnavailable([`${link} exists and is not a link to a terminal; it is left alone`]);
  }
  if (isOpen(terminal, found.uid) && !isWindow(terminal)) {
    throw new StartRefused(
      `Another simulated fob already uses ${link}.`,
      'End it (Ctrl-C), or name another path.',
    );
  }
}

/** Whether `link` still names that terminal. */
export function isLinkTo(link: string, terminal: string): boolean {
  try {
    return readlinkSync(link) === terminal;
  } catch {
    return false;
  }
}

/** Whether a process of that user holds the other side of the terminal: otherwise its file is gone or cannot be opened. */
function isOpen(terminal: string, user: number): boolean {
  try {
    if (statSync(terminal).uid !== user) return false;
    closeSync(openSync(terminal, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the terminal is a window in which programs run: numbers are used again, and the link of a killed simulator
 * may name one. No program runs in a fob's terminal. Unknown, and then false, where there is no Linux `/proc`.
 */
function isWindow(terminal: string): boolean {
  if (process.platform !== 'linux') return false;
  const device = statSync(terminal, { throwIfNoEntry: false })?.rdev;
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .some(pid => controllingTerminal(pid) === device);
}

/** proc_pid_stat(5): pid (comm) state ppid pgrp session tty_nr … */
function controllingTerminal(pid: string): number | undefined {
  try {
    const stat = readFileSync(join('/proc', pid, 'stat'), 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[5]);
  } catch {
    return undefined;
  }
}
