import { execFile } from 'node:child_process';
import type { NoticeKind } from '../../agent/base/messages.ts';
import { printable } from '../base/terminal.ts';
import { NOTIFY_INTERVAL_MS, NOTIFY_SHOWN_MS, NOTIFY_TIMEOUT_MS } from './limits.ts';
import { NOTIFICATIONS } from './texts.ts';

/** Environment variables that notification programs need; none holds a proxy's password. */
const PASSED_ON =
  /^(?:PATH|HOME|LANG|LC_\w+|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS)$/;

/** Shows a text with the system's notification program, without a shell. A missing program is no error. */
export type ShowNotification = (title: string, body: string) => void;

/**
 * Shows a service's notices on the desktop: fixed texts and its name, with a rate limit.
 * @param show by default `notify-send` (Linux) or `osascript` (macOS)
 */
export function notifier(
  now: () => number,
  show: ShowNotification = showBySystem,
): (service: string, name: string, kind: NoticeKind) => void {
  const lastMs = new Map<string, number>();
  return (service, name, kind) => {
    const words = NOTIFICATIONS[kind];
    if (words === undefined || now() - (lastMs.get(service) ?? -NOTIFY_INTERVAL_MS) < NOTIFY_INTERVAL_MS)
      return;
    lastMs.set(service, now());
    // Some desktops interpret the body as markup.
    show(words.title, `${words.body} ${printable(name).replace(/[<>&]/g, '?')}`);
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
