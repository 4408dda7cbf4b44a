import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { emulatorHash } from './emulator.ts';
import { imagesAreFresh, recordImages } from './fresh.ts';
import { imageOf } from './image.ts';
import { ledgerLine } from './ledger.ts';
import { BUDGETS, type ImageBoard } from './limits.ts';

// Runs as firmware/dist/build/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

interface Manifest {
  readonly board: ImageBoard;
  readonly firmware: string;
  readonly bytes: number;
  /** CRC-32 of the application file. */
  readonly hash: string;
}

const folderOf = (board: ImageBoard): string => join(root, 'firmware/dist/image', board);

async function buildImage(board: ImageBoard): Promise<void> {
  const files = await imageOf(root, board);
  const folder = folderOf(board);
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text, 'latin1');
    bytes += text.length;
  }
  const hash = crc32(Buffer.from(files.app ?? '', 'latin1'))
    .toString(16)
    .padStart(8, '0');
  const { version } = JSON.parse(readFileSync(join(root, 'firmware/package.json'), 'utf8')) as {
    version: string;
  };
  const manifest: Manifest = { board, firmware: version, bytes, hash };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Writes the SHA-256 of every file of the images, in the form of `sha256sum --check`: the package carries them. */
function writeSums(boards: readonly ImageBoard[]): void {
  const sums = boards.flatMap(board =>
    readdirSync(folderOf(board))
      .sort()
      .map(name => {
        const hash = createHash('sha256').update(readFileSync(join(folderOf(board), name)));
        return `${hash.digest('hex')}  ${board}/${name}\n`;
      }),
  );
  writeFileSync(join(root, 'firmware/dist/image/SHA256SUMS'), sums.join(''));
}

/** Prints what an image takes of its board. @returns whether it fits */
function measureImage(board: ImageBoard, emulator: string): boolean {
  const manifest = readFileSync(join(folderOf(board), 'manifest.json'), 'utf8');
  const { bytes, hash } = JSON.parse(manifest) as Manifest;
  const { imageBytes } = BUDGETS[board];
  const small = bytes <= imageBytes;
  const measured = ledgerLine(root, board, { image: hash, emulator });
  console.log(
    `image ${board}: ${bytes} of ${imageBytes} bytes${small ? '' : ': over budget'}; ${measured.text}`,
  );
  return small && measured.fits;
}

try {
  const boards = Object.keys(BUDGETS) as ImageBoard[];
  if (!imagesAreFresh(root)) {
    for (const board of boards) await buildImage(board);
    writeSums(boards);
    recordImages(root);
  }
  const emulator = await emulatorHash(root);
  for (const board of boards) if (!measureImage(board, emulator)) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
