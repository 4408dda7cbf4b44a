import { missingLibrary } from '../../transports/native-part.ts';
import { type Finding, finding } from '../base/finding.ts';
import { NATIVE_PARTS, type NativePart, type System } from '../base/system.ts';

/** The purpose of each part. Without HID, fobs at serial ports still work. */
const PARTS = {
  serialport: { use: 'serial ports', failed: 'problem', folder: '@serialport/bindings-cpp' },
  'node-hid': { use: 'HID devices', failed: 'warning', folder: 'node-hid' },
  'better-sqlite3': { use: 'inventory', failed: 'problem', folder: 'better-sqlite3' },
} as const satisfies Record<NativePart, object>;

/** Packages of the libraries that node-hid links to (hidapi over hidraw, and over libusb). */
const PACKAGES = [
  { library: /^libusb-1\.0/, debian: 'libusb-1.0-0', fedora: 'libusb1' },
  { library: /^libudev/, debian: 'libudev1', fedora: 'systemd-libs' },
] as const;

/** Error messages of node-gyp-build, pkg-prebuilds and bindings. */
const NO_NATIVE_PART = /no native build was found|failed to find binding|could not locate the bindings file/i;

/** Checks that the native parts of packages can be loaded, and for a missing one, whether it can be built. */
export async function checkNativeParts(system: System): Promise<Finding[]> {
  const findings: Finding[] = [];
  let isAnyMissing = false;
  for (const part of NATIVE_PARTS) {
    const words = await system.load(part);
    isAnyMissing ||= words !== undefined && NO_NATIVE_PART.test(words);
    findings.push(words === undefined ? loads(part) : fails(part, words, system));
  }
  return isAnyMissing ? [...findings, await checkCompiler(system)] : findings;
}

const loads = (part: NativePart) =>
  finding('native-parts', 'ok', 'part-loads', { part, use: PARTS[part].use });

function fails(part: NativePart, words: string, { platform, arch }: System): Finding {
  const { use, failed, folder } = PARTS[part];
  const library = missingLibrary(words);
  if (library === undefined) {
    const text = NO_NATIVE_PART.test(words) ? 'part-missing' : 'part-broken';
    return finding('native-parts', failed, text, { part, use, folder, platform, arch });
  }
  const known = PACKAGES.find(entry => entry.library.test(library));
  const { debian = library, fedora = library } = known ?? {};
  return finding('native-parts', failed, 'part-library', { part, use, library, package: debian, fedora });
}

async function checkCompiler(system: System): Promise<Finding> {
  if (system.platform !== 'linux') return finding('compiler', 'unknown', 'compiler-elsewhere');
  const wanted = ['c++', 'make', 'python3'];
  const answers = await Promise.all(wanted.map(program => system.print(program, '--version')));
  const programs = wanted.filter((_, place) => answers[place] === undefined).join(', ');
  return programs === ''
    ? finding('compiler', 'ok', 'compiler-there')
    : finding('compiler', 'problem', 'compiler-missing', { programs });
}
