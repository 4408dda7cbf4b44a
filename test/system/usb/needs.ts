import { arch, platform } from 'node:os';
import { tool } from '../../kit/tools.ts';
import { Guest } from './guest.ts';
import { INITRAMFS_TOOLS } from './initramfs.ts';
import { debianKernel, type Kernel } from './kernel.ts';

const QEMU = 'qemu-system-x86_64';
const TOOLS = [QEMU, ...INITRAMFS_TOOLS, 'apt-get', 'dpkg-deb', 'xz', 'tar'];

let kernel: Kernel | undefined;

/** Returns what this machine lacks for the guest, in words, or undefined. */
export async function missing(): Promise<string | undefined> {
  if (platform() !== 'linux' || arch() !== 'x64') return 'Linux on x86-64: the guest runs its Node';
  const absent = TOOLS.find(name => tool(name) === undefined);
  if (absent !== undefined) return absent;
  try {
    kernel = await debianKernel();
    return undefined;
  } catch {
    return 'the package linux-image-amd64, which apt cannot fetch';
  }
}

export async function bootGuest(isYielding: boolean): Promise<Guest> {
  if (kernel === undefined) throw new Error('there is no kernel');
  return Guest.boot(kernel, tool(QEMU) ?? '', tool('busybox') ?? '', isYielding);
}
