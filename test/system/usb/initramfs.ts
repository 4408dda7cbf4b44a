import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The port of QEMU's `isa-debug-exit`: a write there ends it. */
export const EXIT_PORT = 0xf4;

/** QEMU's user network: the guest, and the outer machine as the guest sees it. */
const GUEST_ADDRESS = '10.0.2.15/24';
export const HOST_ADDRESS = '10.0.2.2';

/**
 * Returns the guest's first program: modules, network, and the host's root with a memory layer above it, so that Node
 * and the tree are there and no write reaches the host.
 */
function init(command: readonly string[]): string {
  const words = command.map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
end() { printf "\\\\$(printf %03o "$1")" | dd of=/dev/port bs=1 seek=${EXIT_PORT} count=1 2>/dev/null; poweroff -f; }
mkdir -p /proc /sys /dev /host /memory /new
mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module" || end 101; done < /modules/order
ip link set lo up; ip link set eth0 up; ip address add ${GUEST_ADDRESS} dev eth0
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host || end 102
mount -t tmpfs memory /memory && mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work overlay /new || end 103
for each in proc sys dev; do mount --bind /$each /new/$each; done
mkdir -p /new/dev/pts /new/dev/shm
mount -t devpts devpts /new/dev/pts; mount -t tmpfs shm /new/dev/shm; mount -t tmpfs run /new/run
chroot /new /usr/lib/systemd/systemd-udevd --daemon >/dev/null 2>&1
chroot /new ${words}
end "$?"
`;
}

/** Needed to build one: busybox without libraries, and the copier that packs it. */
export const INITRAMFS_TOOLS = ['busybox', 'cpio'] as const;

/**
 * Packs an initramfs that loads the modules and then runs `command` on the host's root.
 * @returns its path, in `folder`
 */
export async function initramfs(
  folder: string,
  busybox: string,
  modules: readonly string[],
  command: readonly string[],
): Promise<string> {
  const tree = join(folder, 'initramfs');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  mkdirSync(join(tree, 'modules'));
  copyFileSync(busybox, join(tree, 'bin', 'busybox'));
  for (const module of modules) {
    const file = join(tree, 'modules', basename(module).replace(/\.xz$/, ''));
    // insmod of busybox reads no compressed modules.
    if (module.endsWith('.xz')) await run('sh', ['-c', 'xz -dc "$0" > "$1"', module, file]);
    else copyFileSync(module, file);
  }
  const names = modules.map(module => basename(module).replace(/\.xz$/, ''));
  writeFileSync(join(tree, 'modules', 'order'), `${names.join('\n')}\n`);
  writeFileSync(join(tree, 'init'), init(command), { mode: 0o755 });
  const image = join(folder, 'initramfs.cpio');
  await run('sh', ['-c', 'find . | cpio --quiet -o -H newc > "$0"', image], { cwd: tree });
  if (readFileSync(image).length === 0) throw new Error('cpio packed nothing');
  return image;
}
