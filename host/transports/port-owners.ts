import { readdir, readFile, readlink, realpath } from 'node:fs/promises';

/** A program that has a port open. */
export interface PortOwner {
  readonly pid: number;
  readonly program: string;
}

/**
 * Lists the programs that have a file open, from Linux's `/proc`: only those of this user, unless it is root. None on
 * other systems. The other end of a pseudo-terminal may also have it open.
 * @param path of a device
 */
export async function ownersOf(path: string): Promise<PortOwner[]> {
  const target = await realpath(path).catch(() => path);
  const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name));
  const holding = await Promise.all(pids.map(pid => holds(pid, target)));
  return Promise.all(pids.filter((_, place) => holding[place]).map(owner));
}

async function holds(pid: string, target: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map(name => readlink(`${folder}/${name}`).catch(() => '')));
  return links.includes(target);
}

async function owner(pid: string): Promise<PortOwner> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  // A program may choose any name, so it is made safe to print.
  return { pid: Number(pid), program: name.trim().replace(/[^ -~]/g, '?') || 'unknown' };
}

/** Formats the programs for a message. */
export function ownersText(owners: readonly PortOwner[]): string {
  return owners.map(({ program, pid }) => `${program} (process ${pid})`).join(', ');
}
