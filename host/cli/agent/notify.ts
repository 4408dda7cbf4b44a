import { execFile } from 'node:child_process';
import type { FobStep } from '../../agent/service/link.ts';
import type { NoticeKind } from '../../carrier/messages.ts';
import { printable } from '../base/terminal.ts';
import { NOTIFY_INTERVAL_MS, NOTIFY_SHOWN_MS, NOTIFY_TIMEOUT_MS } from './limits.ts';
import { HOLD_TITLE, NOTIFICATIONS } from './texts.ts';

/** Environment variables that notification programs need; none holds a proxy's password. */
const PASSED_ON =
  /^(?:PATH|HOME|LANG|LC_\w+|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS)$/;

/** Shows a text with the system's notification program, without a shell. A missing program is no error. */
export type ShowNotification = (title: string, body: string) => void;

/** Shows what services want from the person. */
export interface Notifier {
  /** A log-in waits: fixed texts, and the name of the service. */
  readonly notice: (service: string, name: string, kind: NoticeKind) => void;
  /** A task needs a hold: says which and why, in the words of the service. */
  readonly hold: (service: string, name: string, wanted: Pick<FobStep, 'text' | 'why'>) => void;
}

/**
 * Shows a service's notices on the desktop, with a rate limit.
 * @param show by default `notify-send` (Linux) or `osascript` (macOS)
 */
export function notifier(now: () => number, show: ShowNotification = showBySystem): Notifier {
  const lastMs = new Map<string, number>();
  // Each title has a limit of its own: a hold for a task does not suppress a log-in.
  const showOf = (service: string, title: string, body: string) => {
    const key = `${title}\n${service}`;
    if (now() - (lastMs.get(key) ?? -NOTIFY_INTERVAL_MS) < NOTIFY_INTERVAL_MS) return;
    lastMs.set(key, now());
    // Some desktops interpret the body as markup.
    show(title, printable(body).replace(/[<>&]/g, '?'));
  };
  return {
    notice(service, name, kind) {
      const words = NOTIFICATIONS[kind];
      if (words !== undefined) showOf(service, words.title, `${words.body} ${name}`);
    },
    hold(service, name, { text, why = '' }) {
      showOf(service, HOLD_TITLE, [text, why, `(${name})`].filter(part => part !== '').join(' '));
    },
  };
}

const BY_SYSTEM: Partial<Record<NodeJS.Platform, (title: string, body: string) => readonly string[]>> = {
  linux: (title, body) => [
    'notify-send',
    '--app-name=Passfob',
    `--expire-time=${NOTIFY_SHOWN_MS}`,
    '--',
    title,
    body,
  ],
  darwin: (title, body) => [
    'osascript',
    '-e',
    'on run argv',
    '-e',
    'display notification (item 2 of argv) with title (item 1 of argv)',
    '-e',
    'end run',
    title,
    body,
  ],
};

function showBySystem(title: string, body: string): void {
  const [program, ...args] = BY_SYSTEM[process.platform]?.(title, body) ?? [];
  if (program === undefined) return;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)));
  execFile(program, args, { env, timeout: NOTIFY_TIMEOUT_MS }, () => undefined);
}
