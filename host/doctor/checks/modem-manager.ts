import { type Finding, finding } from '../base/finding.ts';
import type { System } from '../base/system.ts';
import { installedRules } from './udev.ts';

/** Checks whether ModemManager runs, which writes to new serial ports to detect modems. */
export async function checkModemManager(system: System): Promise<Finding[]> {
  if (system.platform !== 'linux') return [];
  const pids = (await system.names('/proc')).filter(name => /^\d+$/.test(name));
  const programs = await Promise.all(pids.map(pid => system.readText(`/proc/${pid}/comm`)));
  if (!programs.some(program => program?.trim() === 'ModemManager')) {
    return [finding('modem-manager', 'ok', 'modems-absent')];
  }
  const isIgnoring = (await installedRules(system))?.text.includes('ID_MM_DEVICE_IGNORE') ?? false;
  return [
    finding('modem-manager', isIgnoring ? 'ok' : 'warning', isIgnoring ? 'modems-ignored' : 'modems-probing'),
  ];
}
