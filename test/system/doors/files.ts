import {
  TRACE_KEY_FILE_BYTES_MAX,
  RECORD_BYTES_MAX as TRACE_RECORD_BYTES_MAX,
} from '@passfob/protocol/trace/limits';
import { mailLimits } from '@passfob/service/base/limits/mail';
import { processLimits } from '@passfob/service/base/limits/process';
import { recordLimits } from '@passfob/service/base/limits/records';
import {
  FAULT_FILE_MAX_BYTES,
  FIRMWARE_FILE_MAX_BYTES,
  STATE_FILE_MAX_BYTES,
} from '@passfob/simulator/base/limits';
import { MAX_REQUEST_BYTES } from '@passfob/simulator/faceplates/control/limits';
import { BESIDE_BYTES_MAX, FILE_CHARS_MAX } from '@passfob/simulator/scenarios/base/limits';
import { AGENT_SETTINGS_BYTES_MAX } from 'passfob/agent/base/limits';
import { CODE_LINE_CHARS_MAX, CODE_WAIT_MS, PLAN_BYTES_MAX } from 'passfob/batch/limits';
import { KEY_FILE_BYTES_MAX } from 'passfob/encryption-at-rest/limits';
import {
  IMAGE_BASE_MS,
  IMAGE_MEMORY_BYTES,
  IMAGE_MEMORY_BYTES_PER_PIXEL,
  IMAGE_MS_PER_MEGAPIXEL,
  IMAGE_PIXELS_MAX,
  IMAGE_WAIT_MS,
} from 'passfob/enrol/limits';
import { UF2_BYTES_MAX } from 'passfob/flash/uf2';
import { FILE_BYTES_MAX, PASSWORD_BYTES_MAX, SCRYPT_MEMORY_BYTES_MAX } from 'passfob/formats/base/limits';
import {
  IMAGE_BYTES_MAX,
  PASSWORD_FILE_BYTES_MAX,
  PEM_BYTES_MAX,
  SEALED_FILE_BYTES_MAX,
  URI_BYTES_MAX,
} from 'passfob/limits';
import type { Door } from './door.ts';

const MIB = 2 ** 20;
/** Of small files, whatever they hold. */
const SMALL = { heldMs: 0, holdsMax: 8 * MIB, spendsMs: 200 } as const;
const ENDS = 'the read ends with the command at its first signal';

/** Every place where the host, the service and the simulator read a file, or standard input. */
export const fileDoors: readonly Door[] = [
  {
    name: 'Files to import',
    from: 'whoever made the file; over HTTP an operator who may import',
    files: ['host/commands/import-source.ts', 'host/formats/read.ts', 'host/read-whole.ts'],
    bytesMax: FILE_BYTES_MAX,
    heldMs: 0,
    holdsMax: 512 * MIB + SCRYPT_MEMORY_BYTES_MAX,
    spendsMs: 20_000,
    bound: `rows, values, nesting, attributes and lines are counted while they are read, and the work of keys before a password is asked for; ${ENDS}`,
    test: 'test/unit/formats/bounds.test.ts',
  },
  {
    name: 'Images with QR codes',
    from: 'whoever made the image; over HTTP an operator who may import',
    files: [
      'host/enrol/qr.ts',
      'host/enrol/qr-process.ts',
      'host/commands/enrol-source.ts',
      'host/cli/activate.ts',
    ],
    bytesMax: IMAGE_BYTES_MAX,
    heldMs: IMAGE_WAIT_MS,
    holdsMax: IMAGE_MEMORY_BYTES + IMAGE_PIXELS_MAX * IMAGE_MEMORY_BYTES_PER_PIXEL,
    spendsMs: IMAGE_BASE_MS + (IMAGE_PIXELS_MAX / 1_000_000) * IMAGE_MS_PER_MEGAPIXEL,
    bound:
      'pixels, packed pixels, parts and scans are counted before decoding, which happens one image at a time in a process whose memory and processor time are bounded, and which ends with the command or the request',
    test: 'test/unit/enrol/slow-images.slow.test.ts',
  },
  {
    name: 'Key URIs and secrets',
    from: 'whoever made the file, or writes to standard input',
    files: ['host/commands/enrol-source.ts', 'host/cli/base/prompts.ts', 'host/cli/base/terminal.ts'],
    bytesMax: URI_BYTES_MAX,
    ...SMALL,
    bound: `a longer text is refused, a longer line is cut off; ${ENDS}`,
    test: 'test/unit/host/read-whole.test.ts',
  },
  {
    name: 'Plans of batches',
    from: 'whoever made the plan, and the files of key URIs that it names',
    files: ['host/batch/plan.ts'],
    bytesMax: PLAN_BYTES_MAX,
    heldMs: 0,
    holdsMax: 512 * MIB,
    spendsMs: 20_000,
    bound: `rows are counted while they are read; each file that a row names has the bound of a key URI; ${ENDS}`,
    test: 'test/unit/formats/bounds.test.ts',
  },
  {
    name: 'Pairing codes of a batch',
    from: 'whoever writes to the pipe',
    files: ['host/batch/codes.ts', 'host/cli/batch-command.ts'],
    bytesMax: CODE_LINE_CHARS_MAX,
    heldMs: CODE_WAIT_MS,
    holdsMax: 16 * MIB,
    spendsMs: 1_000,
    bound: `a longer line is cut off, and codes that nobody asked for are counted; ${ENDS}`,
    test: 'test/system/batch/plan.test.ts',
  },
  {
    name: 'Password, key and secret files',
    from: 'the person who runs the command',
    files: ['host/cli/base/passwords.ts', 'host/commands/import-source.ts', 'service/cli/radius-client.ts'],
    bytesMax: Math.max(PASSWORD_BYTES_MAX, PASSWORD_FILE_BYTES_MAX),
    ...SMALL,
    bound: `a longer file is refused; ${ENDS}`,
    test: 'test/unit/host/read-whole.test.ts',
  },
  {
    name: 'Backups and handovers of an inventory',
    from: 'whoever made the file and told its password',
    files: ['host/inventory/handover.ts'],
    bytesMax: SEALED_FILE_BYTES_MAX,
    heldMs: 0,
    holdsMax: 4 * SEALED_FILE_BYTES_MAX,
    spendsMs: 60_000,
    bound: `only a file that the password opens is parsed; the heap of Node ends a command whose file holds more; ${ENDS}`,
    test: 'test/unit/host/malformed-export.slow.test.ts',
  },
  {
    name: 'UF2 files, and the drive that they go to',
    from: 'whoever made the file; the board',
    files: ['host/commands/flash-espruino.ts', 'host/flash/bootsel.ts'],
    bytesMax: UF2_BYTES_MAX,
    heldMs: 0,
    holdsMax: 4 * UF2_BYTES_MAX,
    spendsMs: 1_000,
    bound: `a longer file, and a block that no firmware has, is refused before anything is written; ${ENDS}`,
    test: 'test/unit/host/uf2.test.ts',
  },
  {
    name: 'Traces to decode',
    from: 'whoever recorded the trace',
    files: ['host/commands/trace.ts', 'host/cli/trace-command.ts'],
    bytesMax: Number.MAX_SAFE_INTEGER,
    heldMs: 0,
    holdsMax: 8 * MIB + 64 * TRACE_RECORD_BYTES_MAX,
    spendsMs: Number.MAX_SAFE_INTEGER,
    bound: `of any length, a record at a time; ${ENDS}`,
    test: 'test/unit/host/trace.test.ts',
  },
  {
    name: 'Keys of traces',
    from: 'the person who runs the command',
    files: ['host/commands/trace.ts', 'simulator/program/trace-keys.ts'],
    bytesMax: TRACE_KEY_FILE_BYTES_MAX,
    ...SMALL,
    bound: 'a longer file is refused',
    test: 'test/unit/host/trace.test.ts',
  },
  {
    name: 'Certificates, their keys and authorities',
    from: 'the administrator, or a program that renews them',
    files: ['service/http/web/certificate.ts', 'service/cli/status.ts', 'host/agent/service/open-service.ts'],
    bytesMax: Math.max(PEM_BYTES_MAX, processLimits.pemFileMaxBytes),
    ...SMALL,
    bound: 'a longer file, and anything but a plain file, is refused without waiting',
    test: 'test/unit/host/read-whole.test.ts',
  },
  {
    name: 'Configuration of the service',
    from: 'the administrator',
    files: ['service/node/configuration/file.ts', 'service/node/configuration/read.ts'],
    bytesMax: processLimits.configurationFileMaxBytes,
    ...SMALL,
    bound: 'a longer file, and anything but a plain file, is refused without waiting',
    test: 'test/unit/host/read-whole.test.ts',
  },
  {
    name: 'Private files of our own',
    from: 'the user whose inventory, agent or service it is',
    files: ['host/private-file.ts', 'host/read-whole.ts'],
    bytesMax: Math.max(KEY_FILE_BYTES_MAX, AGENT_SETTINGS_BYTES_MAX),
    ...SMALL,
    bound: 'a longer file, a file of another user, and anything but a plain file is refused without waiting',
    test: 'test/unit/host/read-whole.test.ts',
  },
  {
    name: 'Backups of the service',
    from: 'whoever made the file',
    files: ['service/subjects/operations/backup-file.ts'],
    bytesMax: Number.MAX_SAFE_INTEGER,
    heldMs: 0,
    holdsMax: 4 * recordLimits.backupLineMaxBytes,
    spendsMs: Number.MAX_SAFE_INTEGER,
    bound:
      'of any length, a line at a time; nothing is stored unless the whole file has the MAC of the service; a second signal ends the command',
    test: 'test/service/operations/backup.slow.test.ts',
  },
  {
    name: 'Bounced mail on standard input',
    from: 'anyone who sends mail to the address of bounces',
    files: ['service/cli/records.ts'],
    bytesMax: mailLimits.bounceMaxBytes,
    heldMs: 0,
    holdsMax: 16 * mailLimits.bounceMaxBytes,
    spendsMs: 1_000,
    bound: 'of a longer mail nothing is kept',
    test: 'test/service/mail/bounces.test.ts',
  },
  {
    name: 'Scenarios and the files beside them',
    from: 'whoever made the scenario',
    files: [
      'simulator/scenarios/text.ts',
      'simulator/scenarios/in-node.ts',
      'simulator/scenarios/cli/run-files.ts',
      'simulator/program/run-command.ts',
      'simulator/base/node/read-at-most.ts',
    ],
    bytesMax: Math.max(4 * FILE_CHARS_MAX, BESIDE_BYTES_MAX),
    heldMs: 0,
    holdsMax: 8 * BESIDE_BYTES_MAX,
    spendsMs: 10_000,
    bound:
      'a longer file, and anything but a regular file, is refused without waiting; the names lead nowhere but into the folder of the scenario',
    test: 'test/unit/host/read-whole.test.ts',
  },
  {
    name: 'Memories of simulated fobs',
    from: 'whoever made the file',
    files: ['simulator/recording/state/stores.ts'],
    bytesMax: STATE_FILE_MAX_BYTES,
    heldMs: 0,
    holdsMax: 2 * STATE_FILE_MAX_BYTES,
    spendsMs: 1_000,
    bound:
      'a longer file, one without our first bytes, and anything but a regular file is refused without waiting',
    test: 'test/unit/host/read-whole.test.ts',
  },
  {
    name: 'Firmware and fault plans of the simulator',
    from: 'whoever made the file',
    files: ['simulator/program/firmware-options.ts', 'simulator/program/fault-options.ts'],
    bytesMax: Math.max(FIRMWARE_FILE_MAX_BYTES, FAULT_FILE_MAX_BYTES),
    heldMs: 0,
    holdsMax: 4 * FIRMWARE_FILE_MAX_BYTES,
    spendsMs: 1_000,
    bound: 'a longer file, and anything but a regular file, is refused without waiting',
    test: 'test/unit/emulator/board/firmware-file.test.ts',
  },
  {
    name: 'Control of the simulator on standard input',
    from: 'the program that started it',
    files: [
      'simulator/program/program.ts',
      'simulator/faceplates/control/jsonl.ts',
      'simulator/faceplates/terminal.ts',
    ],
    bytesMax: MAX_REQUEST_BYTES,
    heldMs: 0,
    holdsMax: 16 * MAX_REQUEST_BYTES,
    spendsMs: 1_000,
    bound: 'a longer line is answered by an error, and no more of it is kept',
    test: 'test/system/faceplates/main.slow.test.ts',
  },
];

/** Sources that read only what a stranger cannot write, with the reason. */
export const TRUSTED_READERS: Readonly<Record<string, string>> = {
  'demo/bundle/images.ts': 'files of the build',
  'demo/bundle/page.ts': 'files of the build',
  'demo/example/main.ts': 'files that its starter names; the system ends it at a signal',
  'demo/play/fob.ts': 'standard input of the simulator that the demo starts',
  'host/cli/agent/services.ts': 'asks only whether standard input is a terminal',
  'host/cli/care-command.ts': 'asks only whether standard input is a terminal',
  'host/cli/doctor.ts': 'a file of the package',
  'host/commands/package-root.ts': 'a file of the package',
  'host/database-file.ts': 'makes an empty file, and reads the mounts that the system tells',
  'host/doctor/this-system.ts': 'files in which the system tells about itself',
  'host/enrol/qr-decoder.ts': 'standard input of the process that decodes an image',
  'host/flash/image.ts': 'files of the package',
  'host/flash/library.ts': 'files of the package',
  'host/formats/base/draft.ts': 'a function of its own reads a whole number',
  'host/transports/port-owners.ts': 'names of processes, which the system bounds',
  'service/deploy/passfob-login.mjs': 'the key file of its administrator, beside nginx',
  'service/http/activation/portal-files.ts': 'files of the build',
  'service/http/web/admission.ts': 'opens the null device',
  'service/http/web/connection-limits.ts': 'the limits that the system tells',
  'service/portal/entry.ts': 'a function of the page, where a browser reads the image',
  'service/storage/sqlite/held-files.ts': 'descriptors of this process, which the system tells',
  'simulator/bundle/page.ts': 'files of the build',
  'simulator/faceplates/web/server.ts': 'a file of the build',
  'simulator/ports/pty-link.ts':
    'the terminal that the simulator made, and its processes, which the system tells',
  'simulator/ports/pty.ts': 'the terminal that the simulator made',
  'simulator/ports/usbip/vhci.ts': 'ports of USB, which the system tells',
  'simulator/fob/built-image.ts': 'files of the build',
  'simulator/base/node/open-anew.ts': 'opens a file to write it',
  'simulator/recording/state/lock.ts': 'names of processes, which the system tells',
  'emulator/board/firmware.ts': 'a word in a message',
};
