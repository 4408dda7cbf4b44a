import { join } from 'node:path';
import { mayBeTemporaryOf } from '../../private-file.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { System } from '../base/system.ts';

/** Files that are replaced as a whole, through a temporary file. */
const PRIVATE = ['inventory.key', 'agent.json'];

/**
 * Checks that the inventory belongs to this user and is closed to others.
 * @param folder where it is, or will be
 */
export async function checkInventory(system: System, folder: string): Promise<Finding[]> {
  const facts = await system.facts(folder);
  if (facts === undefined) return [finding('inventory', 'ok', 'inventory-new', { path: folder })];
  if (system.uid === undefined) return [finding('inventory', 'ok', 'inventory-plain', { path: folder })];
  if (facts.uid !== system.uid)
    return [finding('inventory', 'problem', 'inventory-foreign', { path: folder })];
  if (!(await system.mayUse(folder))) {
    return [finding('inventory', 'problem', 'inventory-shut', { path: folder })];
  }
  const files = ['inventory.key', 'inventory.db'].map(name => join(folder, name));
  const open = await Promise.all(
    files.map(async path => ({ path, mode: (await system.facts(path))?.mode ?? 0 })),
  );
  const findings = open
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ path }) => finding('inventory', 'problem', 'inventory-open', { path }));
  const left = (await system.names(folder)).filter(name =>
    PRIVATE.some(base => mayBeTemporaryOf(base, name)),
  );
  findings.push(
    ...left.map(name => finding('inventory', 'problem', 'inventory-left', { path: join(folder, name) })),
  );
  // Others see only file names and the size of the encrypted database, which are no secret if the files are closed.
  if ((facts.mode & 0o077) !== 0) {
    findings.push(finding('inventory', 'warning', 'inventory-listed', { path: folder }));
  }
  return findings.length > 0 ? findings : [finding('inventory', 'ok', 'inventory-good', { path: folder })];
}
