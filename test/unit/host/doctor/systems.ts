import { readFileSync } from 'node:fs';
import type { FileFacts, NativePart, System } from 'passfob/doctor/base/system';
import { type Address, readAddress } from 'passfob/transports/discover';
import { formOf } from 'passfob/transports/hid-forms';
import type { PortOwner } from 'passfob/transports/port-owners';
import { portsOf, type SystemPort } from 'passfob/transports/ports';

/** A machine as it was found, or as its maker documents it. */
export interface Recorded {
  readonly platform: string;
  readonly arch?: string;
  readonly nodeVersion?: string;
  readonly uid?: number;
  readonly groups?: readonly number[];
  readonly year?: number;
  readonly files?: Readonly<Record<string, string>>;
  /** Devices and folders: `mode uid gid`. */
  readonly facts?: Readonly<Record<string, readonly [mode: number, uid: number, gid: number]>>;
  readonly programs?: Readonly<Record<string, string>>;
  readonly failures?: Readonly<Partial<Record<NativePart, string>>>;
  readonly serial?: readonly SystemPort[];
  readonly hid?: readonly string[];
  readonly owners?: Readonly<Record<string, readonly PortOwner[]>>;
  /** That the person names. */
  readonly port?: Address;
}

const MAY_OTHERS = 0o006;
const MAY_GROUP = 0o060;
const MAY_OWNER = 0o600;

export function recorded(record: Recorded): System {
  const { platform, uid, files = {}, facts = {}, groups = [] } = record;
  const factsOf = (path: string): FileFacts | undefined => {
    const found = facts[path];
    return found && { mode: found[0], uid: found[1], gid: found[2] };
  };
  const form = formOf(0xff00, 1);
  return {
    platform,
    arch: record.arch ?? 'x64',
    nodeVersion: record.nodeVersion ?? '20.19.0',
    uid,
    now: Date.UTC(record.year ?? 2026, 5),
    readText: async path => files[path],
    names: async path =>
      Object.keys(files)
        .filter(file => file.startsWith(`${path}/`))
        .map(file => file.slice(path.length + 1).split('/')[0] ?? ''),
    facts: async path => factsOf(path),
    async mayUse(path) {
      const found = factsOf(path);
      if (found === undefined) return false;
      if (uid === 0 || uid === undefined) return true;
      const wanted = found.uid === uid ? MAY_OWNER : groups.includes(found.gid) ? MAY_GROUP : MAY_OTHERS;
      return (found.mode & wanted) === wanted;
    },
    print: async (program, ...args) => record.programs?.[[program, ...args].join(' ')],
    load: async part => record.failures?.[part],
    ports: async () =>
      portsOf(
        record.serial ?? [],
        (record.hid ?? []).flatMap(path =>
          form ? [{ path, usbId: '0483:5740', serialNumber: '3041', form }] : [],
        ),
        platform,
      ),
    owners: async path => record.owners?.[path] ?? [],
  };
}

const BOARD: SystemPort = { path: '/dev/ttyACM0', vendorId: '0483', productId: '5740', serialNumber: '3041' };
const UDEV = { '/run/udev/control': '' };
const GROUPS = 'root:x:0:\ntty:x:5:\ndialout:x:20:\nalice:x:1000:\n';
const SYNCHRONISED = { 'timedatectl show --property=NTPSynchronized --value': 'yes\n' };

/** The place of each inventory. */
export const INVENTORY = '/inventory';

/** The udev rules that passfob contains. */
export const udevRules = readFileSync(
  new URL('../../../../host/udev/70-passfob.rules', import.meta.url),
  'utf8',
);

export const systems: Readonly<Record<string, Recorded>> = {
  'debian-ready': {
    platform: 'linux',
    uid: 1000,
    groups: [1000],
    files: {
      ...UDEV,
      '/etc/udev/rules.d/70-passfob.rules': udevRules,
      '/etc/group': GROUPS,
      '/proc/612/comm': 'ModemManager\n',
    },
    facts: {
      // uaccess grants access by an access list, which shows as the group's bits and belongs to no member.
      '/dev/ttyACM0': [0o666, 0, 20],
      '/dev/hidraw0': [0o666, 0, 0],
      [INVENTORY]: [0o700, 1000, 1000],
      [`${INVENTORY}/inventory.key`]: [0o600, 1000, 1000],
      [`${INVENTORY}/inventory.db`]: [0o600, 1000, 1000],
    },
    programs: SYNCHRONISED,
    serial: [BOARD],
    hid: ['/dev/hidraw0'],
  },
  'debian-fresh': {
    platform: 'linux',
    uid: 1000,
    groups: [1000],
    files: { ...UDEV, '/etc/group': GROUPS, '/proc/1/comm': 'systemd\n', '/proc/612/comm': 'ModemManager\n' },
    facts: { '/dev/ttyACM0': [0o660, 0, 20], '/dev/hidraw0': [0o600, 0, 0] },
    programs: { 'timedatectl show --property=NTPSynchronized --value': 'no\n' },
    failures: { 'node-hid': 'libusb-1.0.so.0: cannot open shared object file: No such file or directory' },
    serial: [BOARD],
    hid: ['/dev/hidraw0', '/dev/hidraw7'],
    owners: { '/dev/ttyACM0': [{ pid: 612, program: 'ModemManager' }] },
  },
  'fedora-chrony': {
    platform: 'linux',
    nodeVersion: '22.3.0',
    uid: 1000,
    groups: [1000, 18],
    files: { ...UDEV, '/usr/lib/udev/rules.d/70-passfob.rules': '# of an earlier passfob\n' },
    facts: { '/dev/ttyACM0': [0o660, 0, 18], [INVENTORY]: [0o755, 1000, 1000] },
    programs: { 'chronyc -n tracking': 'Reference ID    : C0000201 (192.0.2.1)\nLeap status     : Normal\n' },
    serial: [BOARD],
  },
  'alpine-arm': {
    platform: 'linux',
    arch: 'arm64',
    nodeVersion: '18.20.4',
    uid: 1000,
    year: 1970,
    files: { [`${INVENTORY}/inventory.key.4711-0123abcd`]: '' },
    facts: {
      [INVENTORY]: [0o700, 1000, 1000],
      [`${INVENTORY}/inventory.key`]: [0o644, 1000, 1000],
      [`${INVENTORY}/inventory.db`]: [0o600, 1000, 1000],
    },
    programs: { 'python3 --version': 'Python 3.12.3\n' },
    failures: {
      serialport: 'No native build was found for platform=linux arch=arm64 runtime=node abi=108 libc=musl',
      'node-hid': 'Failed to find binding for HID_hidraw\nTried paths:',
      'better-sqlite3': 'Could not locate the bindings file. Tried:',
    },
  },
  container: {
    platform: 'linux',
    uid: 0,
    files: { '/proc/1/comm': 'sh\n' },
    programs: {
      'udevadm --version': '257\n',
      'c++ --version': 'c++ 14.2.0\n',
      'make --version': 'GNU Make 4.4.1\n',
      'python3 --version': 'Python 3.13.5\n',
    },
    failures: { 'better-sqlite3': 'Could not locate the bindings file. Tried:' },
    serial: [BOARD],
    facts: { '/dev/ttyACM0': [0o660, 0, 20], [INVENTORY]: [0o700, 1000, 1000] },
  },
  'container-port-named': {
    platform: 'linux',
    uid: 0,
    files: { '/proc/1/comm': 'sh\n' },
    serial: [BOARD],
    facts: { '/dev/ttyACM0': [0o660, 0, 20], [INVENTORY]: [0o700, 1000, 1000] },
    port: readAddress('/dev/ttyACM0'),
  },
  'raspberry-pi-pico': {
    platform: 'linux',
    uid: 1000,
    groups: [1000],
    files: { ...UDEV, '/etc/udev/rules.d/70-passfob.rules': udevRules, '/etc/group': GROUPS },
    facts: {
      '/dev/ttyACM0': [0o666, 0, 20],
      '/dev/ttyACM1': [0o666, 0, 20],
      [INVENTORY]: [0o700, 1000, 1000],
    },
    programs: SYNCHRONISED,
    serial: [
      BOARD,
      { path: '/dev/ttyACM1', vendorId: '2e8a', productId: '000a', serialNumber: 'E6609CB2D3' },
    ],
  },
  macos: {
    platform: 'darwin',
    arch: 'arm64',
    uid: 501,
    failures: { 'node-hid': 'dlopen(HID.node, 0x0001): code signature not valid' },
    facts: { '/dev/cu.usbmodem3041': [0o666, 0, 0], [INVENTORY]: [0o500, 501, 20] },
    serial: [{ ...BOARD, path: '/dev/tty.usbmodem3041' }],
  },
  windows: {
    platform: 'win32',
    failures: { 'better-sqlite3': 'Could not locate the bindings file. Tried:' },
    facts: { [INVENTORY]: [0o666, 0, 0] },
    serial: [{ ...BOARD, path: 'COM12' }],
  },
};
