import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { imageOf } from './bundle.ts';
import { ledgerLine } from './ledger.ts';
import { BUDGETS, type ImageBoard } from './limits.ts';

// Runs as firmware/dist/build/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

async function buildImage(board: ImageBoard): Promise<boolean> {
  const files = await imageOf(root, board);
  const folder = join(root, 'firmware/dist/image', board);
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
  const manifest = { board, firmware: version, bytes, hash };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const { imageBytes } = BUDGETS[board];
  const small = bytes <= imageBytes;
  const measured = ledgerLine(root, board, hash);
  console.log(
    `image ${board}: ${bytes} of ${imageBytes} bytes${small ? '' : ': over budget'}; ${measured.text}`,
  );
  return small && measured.fits;
}

try {
  for (const board of Object.keys(BUDGETS) as ImageBoard[]) {
    if (!(await buildImage(board))) process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
