import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const run = promisify(execFile);

/**
 * The modules that the guest needs beside the kernel's built-in ones: its root, the network, and USB from controller
 * to driver.
 */
const MODULES = [
  'virtio_net',
  '9pnet_virtio',
  '9p',
  'overlay',
  'vhci-hcd',
  'hid-generic',
  'usbhid',
  'cdc-acm',
  'uhid',
] as const;

/** Their dependencies, in Debian's kernels; `modprobe` finds the order. */
const DEPENDENCIES = [
  'failover',
  'net_failover',
  '9pnet',
  'netfs',
  'usb-common',
  'usbcore',
  'usbip-core',
  'hid',
];

export interface Kernel {
  readonly image: string;
  /** Paths of modules in load order. */
  readonly modules: readonly string[];
}

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'passfob-usb');

/**
 * Returns Debian's present kernel; its needed parts are unpacked in a folder of the user's cache.
 * @throws where apt cannot fetch it
 */
export async function debianKernel(): Promise<Kernel> {
  const { stdout } = await run('apt-cache', ['depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  if (name === undefined) throw new Error('apt knows no package linux-image-amd64');
  // Another list of modules is another folder.
  const folder = join(cache, `${name}-${crc32([...MODULES, ...DEPENDENCIES].join()).toString(16)}`);
  if (!existsSync(folder)) await unpack(name, folder);
  return { image: join(folder, 'vmlinuz'), modules: await inOrder(folder) };
}

async function unpack(name: string, folder: string): Promise<void> {
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    await run('apt-get', ['download', name], { cwd: work });
    const file = readdirSync(work).find(each => each.endsWith('.deb')) ?? '';
    const patterns = [...MODULES, ...DEPENDENCIES].map(module => `*/${module}.ko*`);
    const command = 'dpkg-deb --fsys-tarfile "$0" | tar -x --wildcards "$@"';
    const wanted = ['./boot/vmlinuz-*', '*/modules.builtin*', '*/modules.order', ...patterns];
    await run('sh', ['-c', command, file, ...wanted], { cwd: work });
    rmSync(join(work, file));
    const [image = ''] = readdirSync(join(work, 'boot'));
    renameSync(join(work, 'boot', image), join(work, 'vmlinuz'));
    // depmod searches /lib, where older packages have their modules, too.
    if (!existsSync(join(work, 'lib'))) symlinkSync('usr/lib', join(work, 'lib'));
    await run('depmod', ['-b', work, versionIn(work)], { env: withSbin() });
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
}

function versionIn(folder: string): string {
  return readdirSync(join(folder, 'lib', 'modules'))[0] ?? '';
}

/** kmod's programs are in folders that only root has in its path. */
function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
}

async function inOrder(folder: string): Promise<string[]> {
  const options = ['-d', folder, '-S', versionIn(folder), '--show-depends', '-a', ...MODULES];
  const { stdout } = await run('modprobe', options, { env: withSbin() });
  const paths = [...stdout.matchAll(/^insmod (\S+)/gm)].map(([, path = '']) => path);
  return [...new Set(paths)];
}
