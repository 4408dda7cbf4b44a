import { type Finding, finding } from '../base/finding.ts';
import type { System } from '../base/system.ts';

/** udev's folders for rules; the first one wins (udev(7)). */
const RULES_FOLDERS = [
  '/etc/udev/rules.d',
  '/run/udev/rules.d',
  '/usr/lib/udev/rules.d',
  '/lib/udev/rules.d',
];
const RULES_NAME = '70-passfob.rules';

/**
 * Checks that udev runs and has passfob's rules.
 * @param rules their text in this version of passfob
 * @param isPortNamed whether the person names the port, which udev would find
 */
export async function checkUdev(system: System, rules: string, isPortNamed: boolean): Promise<Finding[]> {
  if (system.platform !== 'linux') return [];
  return [await checkDaemon(system, isPortNamed), await checkRules(system, rules)];
}

async function checkDaemon(system: System, isPortNamed: boolean): Promise<Finding> {
  // The daemon creates it when it starts (systemd-udevd and eudev).
  if ((await system.names('/run/udev')).includes('control')) return finding('udev', 'ok', 'udev-runs');
  if (isPortNamed) return finding('udev', 'ok', 'udev-unneeded');
  const isInstalled = (await system.print('udevadm', '--version')) !== undefined;
  return finding('udev', 'warning', isInstalled ? 'udev-stopped' : 'udev-absent');
}

/** Returns the installed rules and their path. */
export async function installedRules(system: System): Promise<{ path: string; text: string } | undefined> {
  for (const folder of RULES_FOLDERS) {
    const path = `${folder}/${RULES_NAME}`;
    const text = await system.readText(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

async function checkRules(system: System, rules: string): Promise<Finding> {
  const installed = await installedRules(system);
  // Root may open every port, but other users of this machine may not.
  if (installed === undefined) {
    return system.uid === 0
      ? finding('udev-rules', 'ok', 'rules-spared')
      : finding('udev-rules', 'warning', 'rules-absent');
  }
  const isOurs = installed.text.trim() === rules.trim();
  return finding('udev-rules', isOurs ? 'ok' : 'warning', isOurs ? 'rules-installed' : 'rules-other', {
    path: installed.path,
  });
}
