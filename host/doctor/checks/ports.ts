import { type Address, addressText } from '../../transports/discover.ts';
import { ownersText } from '../../transports/port-owners.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { FileFacts, System } from '../base/system.ts';

/**
 * Checks who may open the ports that may have a fob, and which programs have them open.
 * @param named the one port to check, whatever device it has
 */
export async function checkPorts(system: System, named?: Address): Promise<Finding[]> {
  const likely = named ? [] : (await system.ports()).filter(({ isLikely }) => isLikely);
  const addresses = named ? [named] : likely.map(({ address }) => address);
  if (addresses.length === 0) return [finding('ports', 'unknown', 'ports-none')];
  const ports = addresses.map(addressText).join(', ');
  const count = addresses.length === 1 ? 'One port' : `${addresses.length} ports`;
  const there = finding('ports', 'ok', 'ports-there', { count, ports });
  const shared = likely.filter(({ isShared }) => isShared).map(({ address }) => addressText(address));
  const paths = addresses.map(pathOf).filter(path => path !== undefined);
  const each = await Promise.all(
    paths.map(async port => {
      const facts = await system.facts(port);
      if (facts === undefined) return [finding('port-permission', 'problem', 'port-absent', { port })];
      return [await permission(system, port, facts), ...(await owner(system, port))];
    }),
  );
  return [
    ...(named ? [] : [there]),
    ...(shared.length === 0 ? [] : [finding('ports', 'ok', 'ports-shared', { ports: shared.join(', ') })]),
    ...each.flat(),
    ...(system.platform === 'linux' ? [] : [ownersElsewhere()]),
  ];
}

const ownersElsewhere = () => finding('port-owner', 'unknown', 'owners-elsewhere');

/** Returns the file of a port. Windows has none, and macOS none for HID. */
function pathOf(address: Address): string | undefined {
  const path = address.kind === 'serial' ? address.path : address.kind === 'hid' ? address.name : '';
  return path.startsWith('/') ? path : undefined;
}

async function permission(system: System, port: string, facts: FileFacts): Promise<Finding> {
  if (await system.mayUse(port)) return finding('port-permission', 'ok', 'port-usable', { port });
  const mayGroup = facts.gid !== 0 && (facts.mode & 0o060) === 0o060;
  const group = mayGroup ? await groupName(system, facts.gid) : undefined;
  return group === undefined
    ? finding('port-permission', 'problem', 'port-root-only', { port })
    : finding('port-permission', 'problem', 'port-forbidden', { port, group });
}

async function groupName(system: System, gid: number): Promise<string | undefined> {
  const lines = ((await system.readText('/etc/group')) ?? '').split('\n').map(line => line.split(':'));
  return lines.find(([, , number]) => number === String(gid))?.[0];
}

async function owner(system: System, port: string): Promise<Finding[]> {
  if (system.platform !== 'linux') return [];
  const owners = await system.owners(port);
  if (owners.length > 0) {
    return [finding('port-owner', 'problem', 'port-owned', { port, owners: ownersText(owners) })];
  }
  return [finding('port-owner', 'ok', system.uid === 0 ? 'port-free-for-all' : 'port-free', { port })];
}
