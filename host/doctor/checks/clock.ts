import { type Finding, finding } from '../base/finding.ts';
import { YEAR_MIN } from '../base/limits.ts';
import type { System } from '../base/system.ts';

/** The command that shows the state of the clock on each platform. */
const COMMANDS: Readonly<Record<string, string>> = {
  linux: 'adjtimex --print',
  darwin: 'sntp time.apple.com',
  win32: 'w32tm /query /status',
};

/** Checks that this computer's clock is synchronised, because fobs are set from it. */
export async function checkClock(system: System): Promise<Finding[]> {
  const year = new Date(system.now).getUTCFullYear();
  if (year < YEAR_MIN) return [finding('clock', 'problem', 'clock-wrong', { year: String(year) })];
  const unknown = finding('clock', 'unknown', 'clock-unknown', {
    command: COMMANDS[system.platform] ?? 'date',
  });
  if (system.platform !== 'linux') return [unknown];
  // The kernel's own flag, maintained by every program that synchronises the clock (adjtimex(2), STA_UNSYNC).
  const flag = (await system.print('timedatectl', 'show', '--property=NTPSynchronized', '--value'))?.trim();
  if (flag === 'yes') return [finding('clock', 'ok', 'clock-good', { source: 'network time' })];
  if (flag === 'no') return [finding('clock', 'warning', 'clock-loose')];
  const tracking = await system.print('chronyc', '-n', 'tracking');
  const leap = /^Leap status\s*: (.*)$/m.exec(tracking ?? '')?.[1];
  if (leap === 'Not synchronised') return [finding('clock', 'warning', 'clock-loose')];
  if (leap !== undefined) return [finding('clock', 'ok', 'clock-good', { source: 'chrony' })];
  return [unknown];
}
